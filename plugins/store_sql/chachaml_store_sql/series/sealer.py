"""The task that seals series in the background."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from chachaml_kernel.errors import ChachamlError

from chachaml_store_sql.runner import Runner
from chachaml_store_sql.series import sealing
from chachaml_store_sql.series.append import Grown
from chachaml_store_sql.series.segments import LENGTH

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sealer:
    """Series that wait to be sealed: a full chunk of rows, or all of those of an ended run."""

    read: Runner
    write: Runner
    waiting: "asyncio.Queue[int | str]" = field(default_factory=asyncio.Queue)

    def note(self, grown: Sequence[Grown]) -> None:
        """Have each series sealed that has grown past another chunk's length."""
        for one in grown:
            if one.length // LENGTH > (one.length - one.added) // LENGTH:
                self.waiting.put_nowait(one.series_id)

    def note_end(self, run_id: str) -> None:
        """Have all series of a run sealed, short ones too."""
        self.waiting.put_nowait(run_id)

    async def run(self) -> None:
        """Seal what waits, one series after another, until cancelled.

        What cannot be sealed now stays rows, which are read as well, if not as fast.
        """
        while True:
            place = await self.waiting.get()
            try:
                await self._seal(place)
            except ChachamlError as error:
                logger.warning("a series could not be sealed: %s", error.detail)
            finally:
                self.waiting.task_done()

    async def _seal(self, place: int | str) -> None:
        if isinstance(place, int):
            await self._seal_series(place, ended=False)
            return
        for series_id in await self.read(lambda c: sealing.series_of(c, place)):
            await self._seal_series(series_id, ended=True)

    async def _seal_series(self, series_id: int, *, ended: bool) -> None:
        encode = partial(sealing.encode_oldest, series_id=series_id, ended=ended)
        while (sealed := await self.read(encode)) is not None:
            try:
                await self.write(partial(sealing.put_in_place, sealed=sealed))
            except sealing.Overtaken:
                return


@asynccontextmanager
async def sealing_in_background(read: Runner, write: Runner) -> AsyncIterator[Sealer]:
    """Run a sealer; what waits at the end stays rows."""
    sealer = Sealer(read, write)
    task = asyncio.create_task(sealer.run(), name="chachaml-sealer")
    try:
        yield sealer
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
