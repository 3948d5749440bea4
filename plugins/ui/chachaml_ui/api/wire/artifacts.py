"""Artifacts and datasets as JSON."""

from typing import Annotated, Any

from chachaml_kernel.domain import artifacts, datasets
from chachaml_kernel.domain.datasets import MAX_COUNT
from chachaml_kernel.errors import Invalid
from msgspec import Meta, Struct

from chachaml_ui.api.wire.values import Id, Name, Text, Time

Count = Annotated[
    int | float,
    Meta(extra_json_schema={"type": "integer", "minimum": 0, "maximum": MAX_COUNT}),
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
