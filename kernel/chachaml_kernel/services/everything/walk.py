"""The way through a store by which everything is exported."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import TypeAlias, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.metrics import Window
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.partitions import partition
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunDetail, RunRow
from chachaml_kernel.errors import NotFound
from chachaml_kernel.ports import Column, Store
from chachaml_kernel.services.everything.files import Files, Tables
from chachaml_kernel.services.everything.tables import (
    EXPERIMENTS,
    MOVES,
    OF_MODELS,
    OF_RUNS,
    POINTS,
    moves_rows,
    points_rows,
)

RUNS_A_BATCH = 20
"""Runs, each with all its params, that are in memory at one time."""
POINTS_A_BATCH = 8_192
PAGE = 100

TABLES: Mapping[str, Sequence[Column]] = {
    "experiments": EXPERIMENTS.columns,
    **{name: shape.columns for name, shape in OF_RUNS.items()},
    **{name: shape.columns for name, shape in OF_MODELS.items()},
    "moves": MOVES,
}
"""The tables that are no partitions, by name."""

T = TypeVar("T")
Ask: TypeAlias = Callable[[Position | None], Awaitable[Page[T]]]


class Walk(Struct, frozen=True):
    """One export, of one experiment or of all; `partitions` are the names of those it came to."""

    store: Store
    files: Files
    experiment: str | None
    partitions: dict[str, str] = field(default_factory=dict)
    _models: set[str] = field(default_factory=set)
    _numbers: "count[int]" = field(default_factory=count)

    async def write(self) -> None:
        """Write all tables. Raises a group of what was wrong."""
        async with self.files.open(TABLES) as tables:
            async for experiments in self._experiments():
                for it in experiments:
                    await tables.put("experiments", list(EXPERIMENTS.rows(it)))
                    await self._write_runs(it.name, tables)
            async for names in self._model_names():
                for name in names:
                    with suppress(NotFound):
                        await self._write_model(name, tables)

    async def _write_runs(self, experiment: str, tables: Tables) -> None:
        # Numbers go on from one experiment to the next: where two names are the same folder, as on
        # a disk that does not tell upper case from lower, no file replaces another.
        place = f"points/{partition('experiment', experiment)}"
        self.partitions[place] = experiment
        query = RunQuery(experiment=experiment, archived=None, limit=RUNS_A_BATCH)
        async with self.files.open({place: POINTS}, numbers=self._numbers) as points:
            async for rows in _pages(lambda it: self.store.list_runs(replace(query, after=it))):
                details = [it for row in rows if (it := await self._detail(row)) is not None]
                for name, shape in OF_RUNS.items():
                    await tables.put(name, [it for each in details for it in shape.rows(each)])
                for detail in details:
                    self._models.update(version.name for version in detail.model_versions)
                    await self._write_points(detail, place, points)

    async def _write_points(self, detail: RunDetail, place: str, tables: Tables) -> None:
        """Write the points of a run; they end early if it is deleted meanwhile."""
        run_id = detail.run.id
        for metric in detail.metrics:
            with suppress(NotFound):
                async for points in self.store.history(run_id, metric.key, Window()):
                    for begin in range(0, len(points), POINTS_A_BATCH):
                        batch = points.span(begin, begin + POINTS_A_BATCH)
                        await tables.put(place, points_rows(run_id, metric.key, batch))

    async def _write_model(self, name: str, tables: Tables) -> None:
        detail = await self.store.get_model(name)
        for table, shape in OF_MODELS.items():
            await tables.put(table, list(shape.rows(detail)))
        moves = _pages(lambda after: self.store.list_moves(name, limit=PAGE, after=after))
        async for page in moves:
            await tables.put("moves", moves_rows(name, page))

    async def _detail(self, row: RunRow) -> RunDetail | None:
        """Return a run whole; none if it was deleted meanwhile."""
        with suppress(NotFound):
            return await self.store.get_run(row.run.id)
        return None

    async def _experiments(self) -> AsyncIterator[Sequence[Experiment]]:
        if self.experiment is not None:
            yield [await self.store.get_experiment(self.experiment)]
            return
        async for page in _pages(lambda it: self.store.list_experiments(limit=PAGE, after=it)):
            yield page

    async def _model_names(self) -> AsyncIterator[Sequence[str]]:
        """Yield all models, or of one experiment those that have a version of it."""
        if self.experiment is not None:
            yield sorted(self._models)
            return
        async for page in _pages(lambda it: self.store.list_models(limit=PAGE, after=it)):
            yield [model.name for model in page]


async def _pages(ask: Ask[T]) -> AsyncIterator[Sequence[T]]:
    """Yield the rows of each page of a list."""
    page = await ask(None)
    yield page.rows
    while page.next is not None:
        page = await ask(page.next)
        yield page.rows
