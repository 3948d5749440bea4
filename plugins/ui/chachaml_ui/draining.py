"""The orderly end of serving: what is under way is answered, bodies that still come included.

The web framework ends connections as well, but drops what clients send from then on; so it is
asked to only when nothing is under way.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(slots=True, eq=False)
class Drain:
    """Counts the requests under way; `ending` when the server waits for the last of them."""

    under_way: int = 0
    ending: bool = False
    _last: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        """Count a request as under way, until `end` is called for it."""
        self.under_way += 1

    def end(self) -> None:
        """Count a request as answered."""
        self.under_way -= 1
        if self.under_way == 0 and self.ending:
            self._last.set()

    async def wait(self, seconds: float) -> None:
        """Wait until no request is under way, but no longer than so many seconds."""
        self.ending = True
        if self.under_way:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._last.wait()

    def announce_end(self, answer: web.StreamResponse) -> None:
        """Tell a client whose request is answered while the server ends to come back elsewhere."""
        if self.ending:
            answer.force_close()
            answer.headers["Connection"] = "close"
