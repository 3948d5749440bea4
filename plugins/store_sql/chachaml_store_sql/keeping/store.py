"""The part of the store port by which everything moves, over SQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import TypeAlias

from chachaml_kernel.domain.keeping import Batch, Block

from chachaml_store_sql.keeping.load import known_artifacts, load, load_points
from chachaml_store_sql.keeping.snapshot import SqlSnapshot
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.series.append import Append, Ticks, prepare
from chachaml_store_sql.upkeep import Upkeep

Hold: TypeAlias = Callable[[], AbstractAsyncContextManager[Runner]]
"""Opens a reading runner all of whose functions see one state of the database."""


class SqlKeeping:
    """Keeps the promises of `KeepingStore`."""

    read: Runner
    write: Runner
    hold: Hold
    upkeep: Upkeep
    ticks: Ticks

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqlSnapshot]:
        """See `KeepingStore`."""
        async with self.hold() as read:
            yield SqlSnapshot(read)

    async def load(self, batch: Batch) -> None:
        """See `KeepingStore`."""
        await self.write(partial(load, batch=batch))

    async def load_points(self, blocks: Sequence[Block]) -> None:
        """See `KeepingStore`."""
        appends = await asyncio.to_thread(self._appends, blocks)
        gathered = await self.write(partial(load_points, appends=appends))
        self.upkeep.note_unsettled([one.series_id for one in gathered])

    async def known_artifacts(self, artifact_ids: Sequence[str]) -> AbstractSet[str]:
        """See `KeepingStore`."""
        return await self.read(partial(known_artifacts, artifact_ids=artifact_ids))

    async def settle(self) -> None:
        """See `KeepingStore`."""
        self.upkeep.note_freed()
        await self.upkeep.idle.wait()

    def _appends(self, blocks: Sequence[Block]) -> list[Append]:
        return [
            Append(block.run_id, prepare({block.key: block.points}), None, self.ticks)
            for block in blocks
        ]
