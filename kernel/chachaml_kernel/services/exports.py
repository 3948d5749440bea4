"""Exports: tables of runs or of their points, in the format of some exporter."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from chachaml_kernel.domain.bulk import check_run_ids
from chachaml_kernel.domain.language.tree import Comparison, Field
from chachaml_kernel.domain.metrics import Points, Window
from chachaml_kernel.domain.query import RunQuery, at_time
from chachaml_kernel.domain.runs import RunKeys, RunRow
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import Invalid, NotFound
from chachaml_kernel.ports import Column, Exporter, Folder, Store, Table
from chachaml_kernel.services.surroundings import Clock

if TYPE_CHECKING:
    from chachaml_kernel.services.everything.files import Written

Subject: TypeAlias = Literal["runs", "metrics"]

RUNS_A_BATCH = 100
POINTS_A_BATCH = 500
"""How many rows are made, and written by an exporter, before other tasks get a turn."""

RUN_COLUMNS = (
    Column("id", "text"),
    Column("experiment", "text"),
    Column("name", "text"),
    Column("status", "text"),
    Column("started_at", "time"),
    Column("ended_at", "time"),
    Column("duration_ms", "integer"),
    Column("created_by", "text"),
    Column("parent_run_id", "text"),
    Column("error", "text"),
)
POINT_COLUMNS = (
    Column("run_id", "text"),
    Column("experiment", "text"),
    Column("run_name", "text"),
    Column("key", "text"),
    Column("step", "integer"),
    Column("timestamp", "time"),
    Column("value", "number"),
)


class Export(Struct, frozen=True):
    """A file to be: its name, its media type, and its bytes as they come."""

    filename: str
    content_type: str
    chunks: AsyncIterator[bytes]


class Exports(Struct, frozen=True):
    """All exporters, over one store."""

    store: Store
    exporters: Mapping[str, Exporter]
    headline: tuple[str, ...]
    clock: Clock

    @property
    def formats(self) -> Sequence[str]:
        """The formats that there are exporters for, sorted."""
        return sorted(self.exporters)

    async def export(self, subject: Subject, query: RunQuery, *, format: str) -> Export:
        """Write the runs that `query` describes: a row a run, or a row a point.

        A table of runs has a column for each key that any of them has: `param.KEY`, `metric.KEY`
        with the latest value, `tag.KEY`. The whole list is written, whatever the query's limit.
        """
        exporter = self._exporter(format)
        query = replace(at_time(query, self.clock()), headline=self.headline)
        if subject == "runs":
            keys = await self.store.run_keys(query)
            table = Table(_run_columns(keys), self._run_batches(query, keys))
        else:
            table = Table(POINT_COLUMNS, self._point_batches(query))
        return Export(f"{subject}.{format}", exporter.content_type, exporter.write(table))

    async def export_runs(self, subject: Subject, run_ids: Sequence[str], *, format: str) -> Export:
        """Write these runs, newest first, archived ones too; those that are not there are left out.

        Raises `Invalid` for more than 1,000 of them.
        """
        chosen = Comparison(Field("id"), "in", tuple(check_run_ids(run_ids)))
        return await self.export(subject, RunQuery(archived=None, where=chosen), format=format)

    async def everything(
        self, folder: Folder, *, format: str, experiment: str | None = None, overwrite: bool = False
    ) -> Sequence["Written"]:
        """Write all tables as files of `folder`, and return which they are.

        Of one experiment: its runs, and the models that have a version of it. Raises `Conflict`
        for a folder with files in it, unless to `overwrite` those of an earlier export; `Invalid`
        for an unknown format, `NotFound("experiment")`, or a group of what went wrong later.
        """
        # A server never gets here: it shall not take longer to start for it.
        from chachaml_kernel.services.everything.export import export_everything

        return await export_everything(
            self.store,
            self._exporter(format),
            folder,
            clock=self.clock,
            experiment=experiment,
            overwrite=overwrite,
        )

    def _exporter(self, format: str) -> Exporter:
        exporter = self.exporters.get(format)
        if exporter is None:
            known = ", ".join(self.formats) or "none; configure an exporter plugin"
            raise Invalid(f"no exporter writes {format!r}; available: {known}")
        return exporter

    async def _pages(self, query: RunQuery) -> AsyncIterator[Sequence[RunRow]]:
        query = replace(query, limit=RUNS_A_BATCH)
        while True:
            page = await self.store.list_runs(query)
            yield page.rows
            if page.next is None:
                return
            query = replace(query, after=page.next)

    async def _run_batches(
        self, query: RunQuery, keys: RunKeys
    ) -> AsyncIterator[Sequence[Sequence[JsonValue]]]:
        async for rows in self._pages(query):
            yield [_run_cells(row, keys) for row in rows]
            await asyncio.sleep(0)

    async def _point_batches(self, query: RunQuery) -> AsyncIterator[Sequence[Sequence[JsonValue]]]:
        async for rows in self._pages(query):
            for row in rows:
                for key in sorted(row.latest):
                    async for points in self._blocks(row.run.id, key):
                        for begin in range(0, len(points), POINTS_A_BATCH):
                            yield _point_cells(row, key, points, begin)
                            await asyncio.sleep(0)

    async def _blocks(self, run_id: str, key: str) -> AsyncIterator[Points]:
        """Yield a series a block at a time; it ends early if its run is deleted meanwhile."""
        with suppress(NotFound):
            async for points in self.store.history(run_id, key, Window()):
                yield points


def _run_columns(keys: RunKeys) -> list[Column]:
    return [
        *RUN_COLUMNS,
        *(Column(f"param.{key}", "any") for key in keys.params),
        *(Column(f"metric.{key}", "number") for key in keys.metrics),
        *(Column(f"tag.{key}", "text") for key in keys.tags),
    ]


def _run_cells(row: RunRow, keys: RunKeys) -> list[JsonValue]:
    run = row.run
    return [
        run.id,
        run.experiment,
        run.name,
        run.status.value,
        run.started_at,
        run.ended_at,
        run.duration,
        run.created_by,
        run.parent_run_id,
        run.error,
        *(row.params.get(key) for key in keys.params),
        *(row.latest.get(key) for key in keys.metrics),
        *(row.tags.get(key) for key in keys.tags),
    ]


def _point_cells(row: RunRow, key: str, points: Points, begin: int) -> list[list[JsonValue]]:
    run = row.run
    head: list[JsonValue] = [run.id, run.experiment, run.name, key]
    span = slice(begin, begin + POINTS_A_BATCH)
    steps = repeat(None) if points.steps is None else points.steps[span]
    columns = zip(steps, points.times[span], points.values[span], strict=False)
    return [[*head, step, time, value] for step, time, value in columns]
