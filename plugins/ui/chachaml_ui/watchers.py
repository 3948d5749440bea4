"""Watchers: the connections on which live updates are sent, and their end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiohttp import web
from chachaml_kernel.errors import Overloaded

LONGEST = 3_600.0
"""Seconds that a connection lasts, so that who is asking is looked at again."""


@dataclass(slots=True, eq=False)
class Watchers:
    """Holds `most` of them at a time; each hears something every `heartbeat` seconds."""

    most: int
    heartbeat: float
    _scopes: set[asyncio.Timeout] = field(default_factory=set)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Count as one until the end of the block, which is left when the server ends.

        Raises `Overloaded` if there are as many as there may be.
        """
        if len(self._scopes) >= self.most:
            raise Overloaded(
                f"{self.most} live connections are open (setting max_watchers); close some"
            )
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST) as scope:
                self._scopes.add(scope)
                try:
                    yield
                finally:
                    self._scopes.discard(scope)

    async def send(self, request: web.Request, answer: web.StreamResponse, text: bytes) -> None:
        """Send `text`; break the connection off if the client takes nothing for a heartbeat."""
        try:
            async with asyncio.timeout(self.heartbeat):
                await answer.write(text)
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionAbortedError("the client takes nothing") from None

    def end(self) -> None:
        """End all connections, and take no more."""
        self.most = 0
        now = asyncio.get_running_loop().time()
        for scope in self._scopes:
            scope.reschedule(now)
