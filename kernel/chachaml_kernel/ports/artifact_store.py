"""The port of artifact stores: bytes under keys."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from msgspec import Struct


class Stored(Struct, frozen=True):
    """What was stored: how many bytes, and their SHA-256 in lower-case hex."""

    size: int
    sha256: str


class Found(Struct, frozen=True):
    """What lies under a key: how many bytes, and since when, in milliseconds since the epoch."""

    key: str
    size: int
    at: int


class ArtifactStore(Protocol):
    """Keeps bytes under keys of the form `folder/name`, both of letters, digits, `-` and `_`.

    Keys are never written twice. Memory does not grow with the number of bytes, either way.
    """

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Store all of `chunks` under `key`.

        Durable when it returns: the bytes survive a power cut. Where it raises, or is cancelled,
        or the process dies, nothing is under `key` and nothing is left of what came. An error that
        `chunks` raises is passed on as it is; a lack of space or reach is `Upstream`.
        """
        ...

    def open(
        self, key: str, *, offset: int = 0, length: int | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open the bytes from `offset` on, `length` of them or all that follow.

        Entering raises `NotFound("artifact bytes")` where nothing is under `key`. What was opened
        can be read to its end even if the key is deleted meanwhile, where the store allows that.
        """
        ...

    async def delete(self, keys: Sequence[str]) -> None:
        """Free what is under `keys`; a key with nothing under it is no error."""
        ...

    def found(self) -> AsyncIterator[Sequence[Found]]:
        """Yield what lies under keys, some thousands at a time at most, in any order.

        Whatever else lies in the same place is none of it. What is written or deleted meanwhile may
        be, or not.
        """
        ...

    async def free_unfinished(self, *, before: int, dry_run: bool) -> int:
        """Free what writes left that are over and did not end; return how many of them did.

        Writes that began at `before` or later are left alone, and so are those that are known to be
        under way. With `dry_run`, nothing is freed.
        """
        ...

    async def ping(self) -> None:
        """Raise `Upstream` if bytes could not be stored now."""
        ...
