"""Experiments, with their counts."""

from typing import Any

from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.paging import Page, Position
from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, func, select, update

from chachaml_store_sql.keyset import Key
from chachaml_store_sql.pages import read_page
from chachaml_store_sql.rows import AnyRow
from chachaml_store_sql.schema import experiments, runs
from chachaml_store_sql.upsert import insert_unless_there

NEWEST_FIRST = (Key(experiments.c.created_at, descending=True), Key(experiments.c.name, kind=str))


def experiment_id(connection: Connection, name: str, *, at: int) -> int:
    """Return the id of the experiment with this name, which is made if it is new."""
    statement = select(experiments.c.id).where(experiments.c.name == name)
    found: int | None = connection.execute(statement).scalar()
    if found is not None:
        return found
    insert_unless_there(
        connection, experiments, name=name, description="", created_at=at, updated_at=at
    )
    return int(connection.execute(statement).scalar_one())


def save(
    connection: Connection, name: str, *, description: str | None, owner: str | None, at: int
) -> Experiment:
    """Make an experiment or update it; what is none stays as it was."""
    changes: dict[str, object] = {"updated_at": at}
    if description is not None:
        changes["description"] = description
    if owner is not None:
        changes["owner"] = owner
    row_id = experiment_id(connection, name, at=at)
    connection.execute(update(experiments).where(experiments.c.id == row_id).values(**changes))
    return _experiment(connection.execute(_select().where(experiments.c.id == row_id)).one())


def list_experiments(
    connection: Connection, *, limit: int, after: Position | None
) -> Page[Experiment]:
    """Return one page of the experiments, newest first."""
    return read_page(connection, _select(), NEWEST_FIRST, _experiment, limit=limit, after=after)


def _select() -> Select[Any]:
    """Select experiments; each figure of their runs is read from an index of its own."""
    of_experiment = runs.c.experiment_id == experiments.c.id
    return select(
        experiments,
        select(func.count())
        .where(of_experiment, runs.c.archived.is_(False))
        .scalar_subquery()
        .label("run_count"),
        _last(runs.c.started_at).label("last_start"),
        _last(runs.c.ended_at).label("last_end"),
    )


def _last(column: ColumnElement[Any]) -> ScalarSelect[Any]:
    return (
        select(func.max(column)).where(runs.c.experiment_id == experiments.c.id).scalar_subquery()
    )


def _experiment(row: AnyRow) -> Experiment:
    return Experiment(
        name=row.name,
        description=row.description,
        owner=row.owner,
        created_at=row.created_at,
        run_count=row.run_count,
        last_updated=max(row.updated_at, row.last_start or 0, row.last_end or 0),
    )
