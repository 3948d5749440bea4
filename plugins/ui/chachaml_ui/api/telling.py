"""Telling one client by events what happens, and in quiet times that it goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiohttp import web

from chachaml_ui.api.streams import EVENT_HEADERS
from chachaml_ui.api.wire.events import HEARTBEAT
from chachaml_ui.keys import WATCHERS


@dataclass(slots=True, eq=False)
class Telling:
    """An answer of events, which begins with the first of them."""

    request: web.Request
    answer: web.StreamResponse
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _heard: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    async def send(self, text: bytes) -> None:
        """Send events; break the connection off if the client takes nothing for a heartbeat."""
        async with self._turn:
            if not self.answer.prepared:
                await self.answer.prepare(self.request)
            await self.request.app[WATCHERS].send(self.request, self.answer, text)
            self._heard = asyncio.get_running_loop().time()

    async def beat(self) -> None:
        """Send a sign of life after each heartbeat in which nothing was sent, while it can be."""
        clock = asyncio.get_running_loop().time
        heartbeat = self.request.app[WATCHERS].heartbeat
        with suppress(ConnectionError):  # who has gone away need not be told
            while True:
                await asyncio.sleep(self._heard + heartbeat - clock())
                if clock() >= self._heard + heartbeat:
                    await self.send(HEARTBEAT)


@asynccontextmanager
async def telling(request: web.Request, **headers: str) -> AsyncIterator[Telling]:
    """Yield what tells the client of `request`, with signs of life until the block ends."""
    told = Telling(request, web.StreamResponse(headers={**EVENT_HEADERS, **headers}))
    beats = asyncio.create_task(told.beat())
    try:
        yield told
    finally:
        beats.cancel()
        await asyncio.wait([beats])
