"""Server-sent events as tests read them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import msgspec

from tests.http.client import Json

PATIENCE = 120
"""Seconds after which an event that does not come fails a test, which would wait for ever."""


@dataclass(frozen=True, slots=True)
class Events:
    """The events of one connection, each its name and what its data says."""

    lines: AsyncIterator[str]

    async def next(self, *names: str) -> tuple[str, Json]:
        """Return the next event; with `names`, the next one that has one of them."""
        name = ""
        async with asyncio.timeout(PATIENCE):
            async for line in self.lines:
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data" and (not names or name in names):
                    return name, msgspec.json.decode(value)
        raise EOFError

    async def told(self, name: str) -> Json:
        """Return what the next event of a name says."""
        return (await self.next(name))[1]


@asynccontextmanager
async def listening(
    http: httpx.AsyncClient, runs: Sequence[str] = (), **keys: str
) -> AsyncIterator[Events]:
    """Open a live connection; `keys` are metrics with the counts of points that are there."""
    query = {"runs": ",".join(runs), **{f"key.{key}": counts for key, counts in keys.items()}}
    async with http.stream("GET", "/api/live", params=query) as answer:
        if answer.status_code != 200:
            await answer.aread()
        answer.raise_for_status()
        yield Events(answer.aiter_lines())
