"""Experiments, with their counts."""

from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.paging import Page, Position
from sqlalchemy import Connection, case, select, update

from chachaml_store_sql.keyset import Key
from chachaml_store_sql.pages import read_page
from chachaml_store_sql.rows import AnyRow
from chachaml_store_sql.schema import experiments
from chachaml_store_sql.upsert import insert_unless_there

NEWEST_FIRST = (Key(experiments.c.created_at, descending=True), Key(experiments.c.name, kind=str))


def experiment_id(connection: Connection, name: str, *, at: int) -> int:
    """Return the id of the experiment with this name, which is made if it is new."""
    statement = select(experiments.c.id).where(experiments.c.name == name)
    found: int | None = connection.execute(statement).scalar()
    if found is not None:
        return found
    insert_unless_there(
        connection,
        experiments,
        name=name,
        description="",
        created_at=at,
        updated_at=at,
        run_count=0,
    )
    return int(connection.execute(statement).scalar_one())


def note_runs(connection: Connection, experiment: int, *, more: int, at: int) -> None:
    """Note that an experiment has so many more runs in lists, and that it changed at `at`."""
    connection.execute(
        update(experiments)
        .where(experiments.c.id == experiment)
        .values(
            run_count=experiments.c.run_count + more,
            updated_at=case((experiments.c.updated_at < at, at), else_=experiments.c.updated_at),
        )
    )


def save(
    connection: Connection, name: str, *, description: str | None, owner: str | None, at: int
) -> Experiment:
    """Make an experiment or update it; what is none stays as it was."""
    changes = {"description": description, "owner": owner}
    given = {field: value for field, value in changes.items() if value is not None}
    row_id = experiment_id(connection, name, at=at)
    note_runs(connection, row_id, more=0, at=at)
    if given:
        connection.execute(update(experiments).where(experiments.c.id == row_id).values(given))
    return _experiment(
        connection.execute(select(experiments).where(experiments.c.id == row_id)).one()
    )


def list_experiments(
    connection: Connection, *, limit: int, after: Position | None
) -> Page[Experiment]:
    """Return one page of the experiments, newest first."""
    return read_page(
        connection, select(experiments), NEWEST_FIRST, _experiment, limit=limit, after=after
    )


def _experiment(row: AnyRow) -> Experiment:
    return Experiment(
        name=row.name,
        description=row.description,
        owner=row.owner,
        created_at=row.created_at,
        run_count=row.run_count,
        last_updated=row.updated_at,
    )
