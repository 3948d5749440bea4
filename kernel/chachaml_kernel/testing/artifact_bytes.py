"""Bytes for the contract of artifact stores, and how they are written and read."""

import random
from collections.abc import AsyncIterator, Iterable

from chachaml_kernel.ports import ArtifactStore

SOME = b"0123456789"
MUCH = random.Random(7).randbytes(3 * 2**20 + 17)


async def each(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Yield chunks, one by one."""
    for chunk in chunks:
        yield chunk


async def read(
    store: ArtifactStore, key: str, *, offset: int = 0, length: int | None = None
) -> bytes:
    """Return what is under a key, or a range of it."""
    async with store.open(key, offset=offset, length=length) as chunks:
        return b"".join([chunk async for chunk in chunks])
