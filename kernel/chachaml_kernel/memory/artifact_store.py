"""An artifact store that keeps bytes in memory."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from chachaml_kernel.errors import NotFound
from chachaml_kernel.ports import Found, Stored

CHUNK = 2**16


class MemoryArtifactStore:
    """Keeps the promises of `ArtifactStore`, but for durability and bounded memory."""

    def __init__(self) -> None:
        """Start empty."""
        self._bytes: dict[str, bytes] = {}
        self._times: dict[str, int] = {}

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Store all of `chunks` under `key`."""
        content = b"".join([chunk async for chunk in chunks])
        await asyncio.sleep(0)  # a pending cancellation strikes here, before anything is kept
        self._bytes[key] = content
        self._times[key] = time.time_ns() // 1_000_000
        return Stored(len(content), hashlib.sha256(content).hexdigest())

    @asynccontextmanager
    async def open(
        self, key: str, *, offset: int = 0, length: int | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open the bytes from `offset` on, `length` of them or all that follow."""
        if key not in self._bytes:
            raise NotFound("artifact bytes", f"nothing is stored under {key!r}")
        end = None if length is None else offset + length
        yield _pieces(self._bytes[key][offset:end])

    async def delete(self, keys: Sequence[str]) -> None:
        """Free what is under `keys`."""
        for key in keys:
            self._bytes.pop(key, None)

    async def found(self) -> AsyncIterator[Sequence[Found]]:
        """Yield what lies under keys."""
        yield [Found(key, len(self._bytes[key]), self._times[key]) for key in self._bytes]

    async def free_unfinished(self, *, before: int, dry_run: bool) -> int:
        """Return 0: a write that did not end left nothing."""
        _ = before, dry_run
        return 0

    async def ping(self) -> None:
        """Return: memory is always there."""


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]
