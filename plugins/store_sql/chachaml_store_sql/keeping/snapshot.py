"""One state of a database, read whole: each table in the order of its ids or names, by pages."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from chachaml_kernel.domain.keeping import AppliedKey, Batch, Block, Holdings, KeptArtifact
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Select,
    bindparam,
    func,
    literal_column,
    select,
)

from chachaml_store_sql import rows
from chachaml_store_sql.compiled import Build, Fetched, fetch, first
from chachaml_store_sql.experiments import read_experiment
from chachaml_store_sql.keeping.models import whole_models
from chachaml_store_sql.keeping.points import points_of
from chachaml_store_sql.keeping.runs import whole_runs
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.schema import (
    applied,
    artifacts,
    experiments,
    models,
    moves,
    runs,
    series,
    versions,
    views,
)
from chachaml_store_sql.views import read_view

FORM = "store_sql 1"
"""The form of the answers of idempotency keys."""

SOME, MANY = 100, 500
"""Things in a batch: large ones, and small ones."""

Key: TypeAlias = ColumnElement[str]


class SqlSnapshot(Struct, frozen=True):
    """Keeps the promises of `Snapshot`; all that `read` runs sees one state."""

    read: Runner

    async def holdings(self) -> Holdings:
        """See `Snapshot`."""
        return await self.read(_holdings)

    async def batches(self) -> AsyncIterator[Batch]:
        """See `Snapshot`."""
        for part in PARTS:
            last: str | None = ""
            while last is not None:
                batch, last = await self.read(partial(_next, part=part, after=last))
                if batch is not None:
                    yield batch

    def points(self, run_id: str, keys: Sequence[str]) -> AsyncIterator[Block]:
        """See `Snapshot`."""
        return points_of(self.read, run_id, keys)


class Part(Struct, frozen=True):
    """Things of one kind: how `size` rows of them are read by their key, and what is in these."""

    page: Build
    batch: Callable[[Connection, Sequence[Fetched]], Batch]
    size: int


def _next(connection: Connection, part: Part, after: str) -> tuple[Batch | None, str | None]:
    """Return the things behind a key, if there are any, and behind which key others may be."""
    found = fetch(connection, part.page, {"after": after, "size": part.size})
    batch = part.batch(connection, found) if found else None
    return batch, found[-1][0] if len(found) == part.size else None


def _paged(statement: Select[Any], key: Key) -> Executable:
    behind = statement.where(key > bindparam("after")).order_by(key)
    return behind.limit(bindparam("size")).offset(literal_column("0"))


def _experiment_page(_: Dialect) -> Executable:
    named = [column for column in experiments.c if column.name != "id"]
    return _paged(select(*named), experiments.c.name)


def _experiments(_: Connection, found: Sequence[Fetched]) -> Batch:
    return Batch(experiments=[read_experiment(row) for row in found])


def _run_page(_: Dialect) -> Executable:
    whole = rows.select_runs().add_columns(runs.c.env, runs.c.note, runs.c.note_at, runs.c.note_by)
    return _paged(whole, runs.c.id)


def _runs(connection: Connection, found: Sequence[Fetched]) -> Batch:
    return Batch(runs=whole_runs(connection, found))


def _artifact_page(_: Dialect) -> Executable:
    return _paged(select(*rows.ARTIFACT_COLUMNS, artifacts.c.current), artifacts.c.id)


def _artifacts(_: Connection, found: Sequence[Fetched]) -> Batch:
    return Batch(artifacts=[KeptArtifact(rows.artifact(row), bool(row[-1])) for row in found])


def _model_page(_: Dialect) -> Executable:
    facts = (models.c.name, models.c.id, models.c.description)
    return _paged(select(*facts, models.c.created_at, models.c.updated_at), models.c.name)


def _models(connection: Connection, found: Sequence[Fetched]) -> Batch:
    return Batch(models=whole_models(connection, found))


def _view_page(_: Dialect) -> Executable:
    return _paged(select(views), views.c.name)


def _views(_: Connection, found: Sequence[Fetched]) -> Batch:
    return Batch(views=[read_view(row) for row in found])


def _key_page(_: Dialect) -> Executable:
    facts = (applied.c.key, applied.c.request, applied.c.answer, applied.c.at)
    return _paged(select(*facts), applied.c.key)


def _keys(_: Connection, found: Sequence[Fetched]) -> Batch:
    return Batch(
        keys=[
            AppliedKey(key=key, request=request, answer=answer, form=FORM, at=at)
            for key, request, answer, at in found
        ]
    )


PARTS = (
    Part(_experiment_page, _experiments, MANY),
    Part(_run_page, _runs, SOME),
    Part(_artifact_page, _artifacts, MANY),
    Part(_model_page, _models, SOME),
    Part(_view_page, _views, MANY),
    Part(_key_page, _keys, MANY),
)
"""In the order in which things can be put in."""


COUNTED: Mapping[str, ColumnElement[int]] = {
    "experiments": select(func.count()).select_from(experiments).scalar_subquery(),
    "runs": select(func.count()).select_from(runs).scalar_subquery(),
    "series": select(func.count()).select_from(series).scalar_subquery(),
    "points": select(func.coalesce(func.sum(series.c.length), 0)).scalar_subquery(),
    "artifacts": select(func.count()).select_from(artifacts).scalar_subquery(),
    "bytes": select(func.coalesce(func.sum(artifacts.c.size), 0)).scalar_subquery(),
    "models": select(func.count()).select_from(models).scalar_subquery(),
    "versions": select(func.count()).select_from(versions).scalar_subquery(),
    "moves": select(func.count()).select_from(moves).scalar_subquery(),
    "views": select(func.count()).select_from(views).scalar_subquery(),
}


def _count(_: Dialect) -> Executable:
    return select(*COUNTED.values())


def _holdings(connection: Connection) -> Holdings:
    row = first(connection, _count)
    assert row is not None, "counts are always there"
    return Holdings(**{name: int(count) for name, count in zip(COUNTED, row, strict=True)})
