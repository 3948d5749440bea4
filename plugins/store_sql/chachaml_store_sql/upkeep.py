"""Work behind the writes: sealing series, and giving back the space of what was deleted."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from chachaml_kernel.errors import ChachamlError
from sqlalchemy import Connection

from chachaml_store_sql.runner import Runner
from chachaml_store_sql.series import sealing
from chachaml_store_sql.series.notes import noted
from chachaml_store_sql.series.sealing import Sealed

logger = logging.getLogger(__name__)

AT_ONCE = 4_000
"""Points whose chunks are put in place with one commit, which holds others up the while."""
PER_CHUNK = 500
"""Putting a chunk in place takes as long as removing so many rows, besides removing its own."""

GiveBack: TypeAlias = Callable[[Connection], int]
"""Returns some unused space of the database to the disk; returns how much of it is left."""


@dataclass(slots=True, eq=False)
class Upkeep:
    """What waits to be done, each series once, in short transactions.

    What cannot be done now is tried again after `pause` seconds. Until then rows are read as well
    as chunks, if not as fast, and space that stays with the database is used again. Opening a store
    finds what the last server left.
    """

    read: Runner
    write: Runner
    give_back: GiveBack
    series: dict[int, None] = field(default_factory=dict)
    pause: float = 30.0
    unread: bool = True
    """Whether the notes in the store may name series that are not among these."""
    freed: bool = True
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def note_unsettled(self, series: Sequence[int]) -> None:
        """Have series sealed, each as far as it can be."""
        if series:
            self.series.update(dict.fromkeys(series))
            self._wake()

    def note_freed(self) -> None:
        """Have the space given back that is not used any more."""
        self.freed = True
        self._wake()

    def _wake(self) -> None:
        self.idle.clear()
        self._wanted.set()

    async def run(self) -> None:
        """Do what waits until cancelled; begin with what the last server left."""
        while True:
            try:
                await self._do_all()
            except ChachamlError as error:
                logger.warning("upkeep of the store was put off: %s", error.detail)
                self.unread = self.freed = True
                await asyncio.sleep(self.pause)
            except Exception:  # it belongs to nobody's request, and upkeep must go on
                logger.exception("upkeep of the store failed")
            if not (self.series or self.unread or self.freed):
                self.idle.set()
                self._wanted.clear()
                await self._wanted.wait()

    async def _do_all(self) -> None:
        if self.unread:
            self.unread = False
            self.series.update(dict.fromkeys(await self.read(noted)))
        if self.series:
            await self._seal()
        elif self.freed:
            self.freed = False
            await self._give_back()

    async def _seal(self) -> None:
        """Make a chunk of each of some series; those that may have more to seal wait again."""
        sealed: list[Sealed] = []
        try:
            await self._encode(sealed)
        except BaseException:  # of one series, which the others do not wait for
            self.series.update(dict.fromkeys(one.series_id for one in sealed))
            raise
        if sealed:
            left = await self.write(partial(_put_in_place, sealed=sealed))
            self.series.update(dict.fromkeys(left))

    async def _encode(self, sealed: list[Sealed]) -> None:
        """Add to `sealed` what one commit may put in place."""
        weight = 0
        while self.series and weight < AT_ONCE:
            series_id = next(iter(self.series))  # the one that has waited longest
            del self.series[series_id]
            one = await self.read(partial(sealing.encode_next, series_id=series_id))
            if one is not None:
                sealed.append(one)
                weight += PER_CHUNK + len(one.group)

    async def _give_back(self) -> None:
        left = await self.write(self.give_back)
        while left:
            before, left = left, await self.write(self.give_back)
            if left >= before:  # this database gives nothing back
                return


def _put_in_place(connection: Connection, sealed: Sequence[Sealed]) -> list[int]:
    """Put chunks in place; return the series that are to be looked at again."""
    left = []
    for one in sealing.in_order(connection, sealed):
        try:
            with connection.begin_nested():
                sealing.put_in_place(connection, one)
        except sealing.Overtaken:
            left.append(one.series_id)
        else:
            left += [one.series_id] * one.more
    return left


@asynccontextmanager
async def upkeep_of(read: Runner, write: Runner, give_back: GiveBack) -> AsyncIterator[Upkeep]:
    """Keep a store up in the background, for the length of the block."""
    upkeep = Upkeep(read, write, give_back)
    task = asyncio.create_task(upkeep.run(), name="chachaml-upkeep")
    try:
        yield upkeep
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
