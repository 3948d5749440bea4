"""What kind of bytes an artifact has: by what was declared, its name, and how it begins."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from chachaml_kernel.domain.artifacts import Artifact

UNDECLARED = "application/octet-stream"
"""What an upload is called that says nothing of its type; its name may say more."""

HEAD = 16
"""Bytes of the beginning that tell a picture."""

PICTURES: Mapping[str, Callable[[bytes], bool]] = {
    "image/png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "image/gif": lambda head: head.startswith((b"GIF87a", b"GIF89a")),
    "image/webp": lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP",
    "image/avif": lambda head: head[4:12] in (b"ftypavif", b"ftypavis"),
}
"""Raster images only, with how each begins: a browser does nothing with them but draw."""

BY_ENDING: Mapping[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "md": "text/markdown",
    "markdown": "text/markdown",
}


class Kind(StrEnum):
    """How an artifact is shown."""

    PICTURE = "picture"
    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"
    TEXT = "text"
    BINARY = "binary"


_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(PICTURES, Kind.PICTURE),
    "text/csv": Kind.TABLE,
    "text/tab-separated-values": Kind.TABLE,
    "text/markdown": Kind.MARKDOWN,
    "application/json": Kind.JSON,
}


def media_type(artifact: Artifact) -> str:
    """Return the declared type without parameters; where none was declared, that of the name."""
    declared = artifact.content_type.partition(";")[0].strip().lower()
    if declared != UNDECLARED:
        return declared
    return BY_ENDING.get(artifact.name.rpartition(".")[2].lower(), UNDECLARED)


def expected_kind(artifact: Artifact) -> Kind:
    """Return the kind that an artifact is by its type and name; its bytes may tell otherwise."""
    return _KINDS.get(media_type(artifact), Kind.TEXT)


def picture_type(artifact: Artifact, head: bytes) -> str | None:
    """Return the media type of a picture: one that is declared as such and begins as such."""
    declared = media_type(artifact)
    begins = PICTURES.get(declared)
    return declared if begins is not None and begins(head) else None
