"""Work behind the writes: sealing series, and giving back the space of what was deleted."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from chachaml_kernel.errors import ChachamlError
from sqlalchemy import Connection

from chachaml_store_sql.runner import Runner
from chachaml_store_sql.series import sealing
from chachaml_store_sql.series.append import Grown
from chachaml_store_sql.series.segments import LENGTH

logger = logging.getLogger(__name__)

GiveBack: TypeAlias = Callable[[Connection], int]
"""Returns some unused space of the database to the disk; returns how much of it is left."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Work that waits to be done, one piece after another, each in short transactions."""

    read: Runner
    write: Runner
    give_back: GiveBack
    waiting: "asyncio.Queue[Callable[[], Awaitable[None]]]" = field(default_factory=asyncio.Queue)

    def note_appended(self, grown: Sequence[Grown]) -> None:
        """Have each series sealed that has grown past another chunk's length."""
        for one in grown:
            if one.length // LENGTH > (one.length - one.added) // LENGTH:
                self.waiting.put_nowait(partial(self._seal_series, one.series_id, ended=False))

    def note_ended(self, run_id: str) -> None:
        """Have all series of a run sealed, short ones too."""
        self.waiting.put_nowait(partial(self._seal_run, run_id))

    def note_freed(self) -> None:
        """Have the space given back that is not used any more."""
        self.waiting.put_nowait(self._give_back)

    async def run(self) -> None:
        """Do what waits until cancelled.

        What cannot be done now is left: rows are read as well as chunks, if not as fast, and space
        that stays with the database is used again.
        """
        while True:
            work = await self.waiting.get()
            try:
                await work()
            except ChachamlError as error:
                logger.warning("upkeep of the store was put off: %s", error.detail)
            finally:
                self.waiting.task_done()

    async def _seal_run(self, run_id: str) -> None:
        for series_id in await self.read(partial(sealing.series_of, run_id=run_id)):
            await self._seal_series(series_id, ended=True)

    async def _seal_series(self, series_id: int, *, ended: bool) -> None:
        encode = partial(sealing.encode_oldest, series_id=series_id, ended=ended)
        while (sealed := await self.read(encode)) is not None:
            try:
                await self.write(partial(sealing.put_in_place, sealed=sealed))
            except sealing.Overtaken:
                return

    async def _give_back(self) -> None:
        left = await self.write(self.give_back)
        while left:
            before, left = left, await self.write(self.give_back)
            if left >= before:  # this database gives nothing back
                return


@asynccontextmanager
async def upkeep_of(read: Runner, write: Runner, give_back: GiveBack) -> AsyncIterator[Upkeep]:
    """Keep a store up in the background; what still waits at the end is left."""
    upkeep = Upkeep(read, write, give_back)
    upkeep.note_freed()  # by a server that ended before it came to that
    task = asyncio.create_task(upkeep.run(), name="chachaml-upkeep")
    try:
        yield upkeep
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
