"""Relays between kernels of one process."""

import asyncio
from collections.abc import AsyncGenerator

from msgspec import Struct, field


class MemoryRelay(Struct, frozen=True, eq=False):
    """Keeps the promises of `Relay` among those that were made from one."""

    _all: list["MemoryRelay"] = field(default_factory=list)
    _received: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)

    def another(self) -> "MemoryRelay":
        """Return a relay that hears this one, and that this one hears."""
        return MemoryRelay(self._all)

    def interrupt(self) -> None:
        """Be as after a break: messages may have been missed."""
        self._received.put_nowait(None)

    async def send(self, message: str) -> None:
        """See `Relay`."""
        for relay in self._all:
            if relay is not self:
                relay._received.put_nowait(message)

    async def receive(self) -> AsyncGenerator[str | None, None]:
        """See `Relay`."""
        self._all.append(self)
        try:
            yield None
            while True:
                yield await self._received.get()
        finally:
            self._all.remove(self)
