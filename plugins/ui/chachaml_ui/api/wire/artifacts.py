"""Artifacts and datasets as JSON."""

import re
from typing import Annotated, Any

from chachaml_kernel.domain import artifacts, datasets
from chachaml_kernel.domain.artifacts import MAX_NAME_BYTES
from chachaml_kernel.domain.datasets import MAX_COUNT
from chachaml_kernel.domain.names import MAX_NAME
from chachaml_kernel.errors import Invalid
from msgspec import Meta, Struct

from chachaml_ui.api.wire.values import Id, Name, Text, Time

Count = Annotated[
    int | float,
    Meta(extra_json_schema={"type": "integer", "minimum": 0, "maximum": MAX_COUNT}),
]
_PLAIN = r"[^/\\\u0000-\u001f\u007f-\u009f]"
_NO_DOT = r"[^./\\\u0000-\u001f\u007f-\u009f]"
_FOLDER = rf"({_NO_DOT}{_PLAIN}*|\.{_NO_DOT}{_PLAIN}*|\.\.{_PLAIN}+)"
"""A part of an artifact's name: not empty, `.` or `..`, no backslash, no control character."""
ArtifactName = Annotated[
    str,
    Meta(
        description="`/` separates folders; at most 1,000 bytes",
        examples=["model.pkl"],
        extra_json_schema={"pattern": f"^{_FOLDER}(/{_FOLDER})*$", "maxLength": MAX_NAME_BYTES},
    ),
]
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_MEDIA_TYPE = re.compile(rf'{_TOKEN}/{_TOKEN}(\s*;\s*{_TOKEN}=({_TOKEN}|"[ !#-\[\]-~]*"))*')
"""A media type with its parameters (RFC 9110, 8.3.1)."""
ContentType = Annotated[
    str,
    Meta(extra_json_schema={"pattern": f"^{_TOKEN}/{_TOKEN}(;.*)?$", "maxLength": MAX_NAME}),
]
Digest = Annotated[str, Meta(description="SHA-256 of the bytes, in lower-case hex")]


class Artifact(Struct, frozen=True):
    """An artifact of a run."""

    id: Id
    name: str
    size: Annotated[int, Meta(description="In bytes")]
    content_type: str
    sha256: Digest
    created_at: Time


class Uploaded(Struct, frozen=True):
    """The artifact that an upload made."""

    ok: bool
    id: Id
    name: str
    sha256: Digest
    size: int


class Promised(Struct, frozen=True, forbid_unknown_fields=True):
    """What a client says of bytes that it sends to S3 by itself."""

    name: ArtifactName
    size: Annotated[int, Meta(description="In bytes", extra_json_schema={"minimum": 0})]
    sha256: Annotated[
        str,
        Meta(
            description="SHA-256 of the bytes, in lower-case hex",
            extra_json_schema={"pattern": "^[0-9a-f]{64}$"},
        ),
    ]
    content_type: ContentType = "application/octet-stream"


class Begun(Struct, frozen=True):
    """The request by which the bytes of a direct upload are sent."""

    ok: bool
    id: Id
    method: str
    url: Annotated[str, Meta(description="Keep it as a password until it expires")]
    headers: Annotated[dict[str, str], Meta(description="Send all of them")]
    expires_at: Time


class NewDataset(Struct, frozen=True, forbid_unknown_fields=True):
    """Facts about data that a run uses."""

    role: Annotated[Name | None, Meta(examples=["train", "test"])] = None
    name: Text | None = None
    n_rows: Count | None = None
    n_cols: Count | None = None
    features: Any = None
    hash: Text | None = None
    source: Text | None = None


class Dataset(Struct, frozen=True):
    """A dataset of a run."""

    id: Id
    run_id: Id
    role: str
    name: str | None
    n_rows: int | None
    n_cols: int | None
    features: Any
    hash: str | None
    source: str | None
    created_at: Time


def from_artifact(artifact: artifacts.Artifact) -> Artifact:
    """Return an artifact as JSON says it."""
    return Artifact(
        id=artifact.id,
        name=artifact.name,
        size=artifact.size,
        content_type=artifact.content_type,
        sha256=artifact.sha256,
        created_at=artifact.created_at,
    )


def from_new_artifact(artifact: artifacts.Artifact) -> Uploaded:
    """Return the answer to an upload."""
    return Uploaded(True, artifact.id, artifact.name, artifact.sha256, artifact.size)


def check_content_type(content_type: str) -> str:
    """Return `content_type` if bytes may be said to be of it, else raise `Invalid`."""
    if not _MEDIA_TYPE.fullmatch(content_type):
        raise Invalid(
            f"content_type is {content_type!r}; it must be a media type such as text/plain"
        )
    return content_type


def to_promised(said: Promised) -> artifacts.Promised:
    """Return what a client promises."""
    return artifacts.Promised(
        name=said.name,
        size=said.size,
        sha256=said.sha256,
        content_type=check_content_type(said.content_type),
    )


def to_dataset(new: NewDataset) -> datasets.Dataset:
    """Return the dataset that a client describes."""
    return datasets.Dataset(
        role="train" if new.role is None else new.role,
        name=new.name,
        n_rows=_count("n_rows", new.n_rows),
        n_cols=_count("n_cols", new.n_cols),
        features=new.features,
        hash=new.hash,
        source=new.source,
    )


def from_dataset(dataset: datasets.Dataset) -> Dataset:
    """Return a dataset as JSON says it."""
    return Dataset(
        id=dataset.id,
        run_id=dataset.run_id,
        role=dataset.role,
        name=dataset.name,
        n_rows=dataset.n_rows,
        n_cols=dataset.n_cols,
        features=dataset.features,
        hash=dataset.hash,
        source=dataset.source,
        created_at=dataset.created_at,
    )


def _count(what: str, value: float | None) -> int | None:
    """Return a count of a dataset; JSON's `150.0` is an integer as well."""
    if value is None or isinstance(value, int):
        return value
    if not value.is_integer():
        raise Invalid(f"dataset {what} is {value}; it must be a whole number")
    return int(value)
