"""The optional part of an artifact store by which bytes go past the server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from msgspec import Struct

from chachaml_kernel.ports.artifact_store import Stored


@dataclass(frozen=True, slots=True)
class Permission:
    """A request that whoever has it may make, with all of these headers and no others of S3.

    `expires_at`, in milliseconds since the epoch, is when it may not be begun any more. The address
    is a secret until then.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str]
    expires_at: int


class Sent(Struct, frozen=True):
    """Bytes that somebody sent: what they are, and when, in milliseconds since the epoch."""

    stored: Stored
    at: int


class DirectTransfer(Protocol):
    """Lets clients read and write single keys for a time, without the server in between."""

    async def download(self, key: str, headers: Mapping[str, str]) -> str:
        """Return the address of the bytes under `key`, which says `headers` of them.

        It knows ranges. It is a secret, for a time that a setting bounds. Whether anything is under
        the key is not looked at.
        """
        ...

    async def upload(self, key: str, promised: Stored) -> Permission:
        """Return the request that stores bytes under `key`; any number of times they are the same.

        Nothing but bytes of this size and with this SHA-256 can be stored by it. Raises `Invalid`
        for a size that no such request can have, and `Conflict` where the service does not compare.
        """
        ...

    async def sent(self, key: str) -> Sent:
        """Return what is under `key` as the store itself knows it, not as a client says.

        Memory does not grow with the number of bytes. Raises `NotFound("artifact bytes")`.
        """
        ...


@runtime_checkable
class DirectArtifactStore(Protocol):
    """What an artifact store is too whose bytes may go past the server."""

    @property
    def direct(self) -> DirectTransfer | None:
        """How they do; none where a setting says that they do not."""
        ...
