"""Places of which there is a number, and what waits for one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chachaml_kernel.errors import Upstream


class Turns:
    """At most `number` at a time; what waits for longer than `patience` seconds is turned away."""

    def __init__(self, number: int, *, patience: float, full: str) -> None:
        """Keep the bounds; `full` is what is said to those who are turned away."""
        self._free = asyncio.Semaphore(number)
        self._patience = patience
        self._full = full

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a place; raise `Upstream` if none gets free in time."""
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise Upstream(self._full) from None
        try:
            yield
        finally:
            self._free.release()
