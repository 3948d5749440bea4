"""Artifacts: named bytes that a run leaves."""

import re

from msgspec import Struct

from chachaml_kernel.domain.names import check_name, refuse_control_characters
from chachaml_kernel.errors import Invalid

MAX_NAME_BYTES = 1_000
SHA256 = re.compile(r"[0-9a-f]{64}")
STORAGE_KEY = re.compile(r"[0-9a-f]{32}/([0-9a-f]{32})")


class Artifact(Struct, frozen=True, kw_only=True):
    """Bytes that never change under this id; `sha256` is their digest in lower-case hex."""

    id: str
    run_id: str
    name: str
    size: int
    content_type: str
    sha256: str
    created_at: int


class Promised(Struct, frozen=True, kw_only=True):
    """What a client says of bytes that it is going to send."""

    name: str
    size: int
    sha256: str
    content_type: str


def check_promised(promised: Promised) -> None:
    """Raise `Invalid` if no artifact can be as `promised`."""
    check_artifact_name(promised.name)
    check_name("content_type", promised.content_type)
    if promised.size < 0:
        raise Invalid(f"size is {promised.size}; it must be the number of bytes")
    if not SHA256.fullmatch(promised.sha256):
        raise Invalid(f"sha256 is {promised.sha256[:80]!r}; it must be 64 lower-case hex digits")


def storage_key(run_id: str, artifact_id: str) -> str:
    """Return where an artifact store keeps the bytes: ids of ours only, no text of a client."""
    return f"{run_id}/{artifact_id}"


def artifact_id_of(key: str) -> str | None:
    """Return the id of the artifact whose bytes are under a storage key; none if no id is in it."""
    return match[1] if (match := STORAGE_KEY.fullmatch(key)) else None


def check_artifact_name(name: str) -> str:
    """Return `name` if an artifact may have it, else raise `Invalid`.

    `/` separates folders; no part of it is empty, `.` or `..`; it has no backslash and no control
    character and at most 1,000 bytes in UTF-8.
    """
    if not name:
        raise Invalid("an artifact needs a name; add ?name=… to the address")
    size = len(name.encode())
    if size > MAX_NAME_BYTES:
        raise Invalid(f"artifact name is {size} bytes long; at most {MAX_NAME_BYTES} are allowed")
    refuse_control_characters("artifact name", name)
    if "\\" in name:
        raise Invalid(f"artifact name {name!r} holds a backslash; separate folders with '/'")
    if name.startswith("/"):
        raise Invalid(f"artifact name {name!r} is absolute; leave the leading '/' out")
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise Invalid(f"artifact name {name!r} has an empty, '.' or '..' part; name each folder")
    return name
