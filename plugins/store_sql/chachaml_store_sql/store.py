"""The whole store port, over the ways in which a database runs functions of a connection."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from chachaml_kernel.domain.artifacts import Artifact, storage_key
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.language.fields import KeyKind
from chachaml_kernel.domain.metrics import Outline, Points, Window
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import NewRun, Run, RunDetail, RunKeys, RunRow, RunStatus
from chachaml_kernel.domain.values import JsonValue
from sqlalchemy import Connection, text

from chachaml_store_sql import (
    annotations,
    artifacts,
    experiments,
    run_reads,
    runs,
)
from chachaml_store_sql.bulk import SqlBulk
from chachaml_store_sql.keeping.store import Hold, SqlKeeping
from chachaml_store_sql.keys import list_keys
from chachaml_store_sql.lists.runs import list_runs, run_keys
from chachaml_store_sql.live import SqlLive
from chachaml_store_sql.once import NOTHING, write_once
from chachaml_store_sql.registry.store import SqlModels
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.series.append import Append, Appender, Ticks, prepare
from chachaml_store_sql.series.notes import note_ended
from chachaml_store_sql.series.outline import outline
from chachaml_store_sql.series.read import read_block
from chachaml_store_sql.summaries import SqlSummaries
from chachaml_store_sql.upkeep import GiveBack, Upkeep, upkeep_of
from chachaml_store_sql.views import SqlViews

T = TypeVar("T")

MUCH = 2_000
"""From so many points on, preparing an append would hold the event loop up for too long."""


@asynccontextmanager
async def sql_store(
    read: Runner,
    write: Runner,
    append: Appender,
    hold: Hold,
    *,
    free: Runner,
    give_back: GiveBack,
) -> AsyncIterator["SqlStore"]:
    """Open the store on a database, for as long as its runners run; see `SqlStore`."""
    async with upkeep_of(read, write, give_back) as upkeep:
        yield SqlStore(read, write, append, hold, free, upkeep)


@dataclass(frozen=True, slots=True)
class SqlStore(SqlSummaries, SqlBulk, SqlLive, SqlModels, SqlViews, SqlKeeping):
    """A `Store`; `write` keeps functions apart, `append` may put several appends together.

    `hold` opens a reading runner that sees one state for long. `free` writes what leads to free
    space, for which a database may have kept some back.
    """

    write: Runner
    append: Appender
    hold: Hold
    free: Runner
    upkeep: Upkeep
    ticks: Ticks = field(default_factory=Ticks)

    async def _write(
        self, once: Once | None, answer: type[T], function: Callable[[Connection], T]
    ) -> T:
        return await write_once(self.write, once, answer, function)

    async def ping(self) -> None:
        """Read something."""
        await self.read(lambda c: c.execute(text("SELECT 1")).scalar())

    async def start_run(self, new: NewRun, *, once: Once | None = None) -> Run:
        """See `RunStore`."""
        return await self._write(once, Run, lambda c: runs.start(c, new))

    async def end_run(
        self,
        run_id: str,
        status: RunStatus,
        *,
        error: str | None,
        at: int,
        once: Once | None = None,
    ) -> Run:
        """See `RunStore`."""

        def end(connection: Connection) -> tuple[Run, list[int]]:
            runs.end(connection, run_id, status, error=error, at=at)
            return runs.get(connection, run_id), note_ended(connection, run_id)

        ended, unsettled = await self._write(once, tuple[Run, list[int]], end)
        self.upkeep.note_unsettled(unsettled)
        return ended

    async def resume_run(self, run_id: str, *, once: Once | None = None) -> Run:
        """See `RunStore`."""
        return await self._write(once, Run, lambda c: runs.resume(c, run_id))

    async def set_archived(self, run_id: str, *, archived: bool, once: Once | None = None) -> None:
        """See `RunStore`."""
        set_archived = partial(runs.set_archived, run_id=run_id, archived=archived)
        await write_once(self.free, once, NOTHING, set_archived)

    async def delete_run(self, run_id: str, *, once: Once | None = None) -> Sequence[str]:
        """See `RunStore`."""
        unused = await write_once(self.free, once, list[str], lambda c: runs.delete_run(c, run_id))
        self.upkeep.note_freed()
        return unused

    async def require_run(self, run_id: str, *, running: bool) -> None:
        """See `RunStore`."""
        await self.read(lambda c: runs.require_run(c, run_id, running=running))

    async def get_run(self, run_id: str, *, headline: Sequence[str] = ()) -> RunDetail:
        """See `RunStore`."""
        return await self.read(lambda c: run_reads.get_run(c, run_id, headline=headline))

    async def list_runs(self, query: RunQuery) -> Page[RunRow]:
        """See `RunStore`."""
        return await self.read(lambda c: list_runs(c, query))

    async def run_keys(self, query: RunQuery) -> RunKeys:
        """See `RunStore`."""
        return await self.read(lambda c: run_keys(c, query))

    async def log_params(
        self, run_id: str, params: Mapping[str, JsonValue], *, once: Once | None = None
    ) -> None:
        """See `RunStore`."""
        await self._write(once, NOTHING, lambda c: annotations.log_params(c, run_id, params))

    async def set_tag(self, run_id: str, key: str, value: str, *, once: Once | None = None) -> None:
        """See `RunStore`."""
        await self._write(once, NOTHING, lambda c: annotations.set_tag(c, run_id, key, value))

    async def delete_tag(self, run_id: str, key: str, *, once: Once | None = None) -> None:
        """See `RunStore`."""
        await self._write(once, NOTHING, lambda c: annotations.delete_tag(c, run_id, key))

    async def get_tags(self, run_id: str) -> Mapping[str, str]:
        """See `RunStore`."""
        return await self.read(lambda c: run_reads.get_tags(c, run_id))

    async def set_note(
        self,
        run_id: str,
        note: str,
        *,
        saved: Saved,
        previous: str | None = None,
        once: Once | None = None,
    ) -> None:
        """See `RunStore`."""
        set_note = partial(
            annotations.set_note, run_id=run_id, note=note, saved=saved, previous=previous
        )
        await self._write(once, NOTHING, set_note)

    async def add_dataset(self, dataset: Dataset, *, once: Once | None = None) -> Dataset:
        """See `RunStore`."""
        return await self._write(once, Dataset, lambda c: annotations.add_dataset(c, dataset))

    async def list_datasets(
        self, run_id: str, *, limit: int, after: Position | None = None
    ) -> Page[Dataset]:
        """See `RunStore`."""
        return await self.read(
            lambda c: run_reads.list_datasets(c, run_id, limit=limit, after=after)
        )

    async def append_points(
        self, run_id: str, points: Mapping[str, Points], *, once: Once | None = None
    ) -> None:
        """See `MetricStore`."""
        much = sum(map(len, points.values())) >= MUCH
        additions = await asyncio.to_thread(prepare, points) if much else prepare(points)
        grown = await self.append(Append(run_id, additions, once, self.ticks))
        self.upkeep.note_unsettled([one.series_id for one in grown if one.has_gathered])

    async def history(self, run_id: str, key: str, window: Window) -> AsyncIterator[Points]:
        """See `MetricStore`."""
        begin: int | None = 0
        while begin is not None:
            block = await self.read(
                partial(read_block, run_id=run_id, key=key, window=window, begin=begin)
            )
            if len(block.points):
                yield block.points
            begin = block.next

    async def outline(self, run_id: str, key: str, window: Window, *, max_points: int) -> Outline:
        """See `MetricStore`."""
        return await self.read(
            partial(outline, run_id=run_id, key=key, window=window, max_points=max_points)
        )

    async def list_keys(self, kind: KeyKind, *, prefix: str, limit: int) -> Sequence[str]:
        """See `KeyStore`."""
        return await self.read(partial(list_keys, kind=kind, prefix=prefix, limit=limit))

    async def add_artifact(
        self, artifact: Artifact, *, once: Once | None = None
    ) -> tuple[Artifact, Sequence[str]]:
        """See `ArtifactRecords`."""
        recorded, unused = await self._write(
            once, tuple[Artifact, list[str]], lambda c: artifacts.add(c, artifact)
        )
        if recorded.id != artifact.id:  # a retry: what it brought is not needed
            return recorded, [storage_key(artifact.run_id, artifact.id)]
        return recorded, unused

    async def get_artifact(self, artifact_id: str) -> Artifact:
        """See `ArtifactRecords`."""
        return await self.read(lambda c: artifacts.get(c, artifact_id))

    async def save_experiment(
        self,
        name: str,
        *,
        description: str | None,
        owner: str | None,
        at: int,
        once: Once | None = None,
    ) -> Experiment:
        """See `ExperimentStore`."""
        return await self._write(
            once,
            Experiment,
            lambda c: experiments.save(c, name, description=description, owner=owner, at=at),
        )

    async def get_experiment(self, name: str) -> Experiment:
        """See `ExperimentStore`."""
        return await self.read(lambda c: experiments.get(c, name))

    async def list_experiments(
        self, *, limit: int, after: Position | None = None
    ) -> Page[Experiment]:
        """See `ExperimentStore`."""
        return await self.read(lambda c: experiments.list_experiments(c, limit=limit, after=after))
