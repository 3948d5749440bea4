"""Experiments, with their counts."""

from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.errors import NotFound
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    bindparam,
    case,
    select,
    update,
)

from chachaml_store_sql.compiled import Fetched, fetch, first
from chachaml_store_sql.lists.keyset import Key
from chachaml_store_sql.lists.pages import Tier, read_page
from chachaml_store_sql.schema import experiments
from chachaml_store_sql.upsert import insert_into

NEWEST_FIRST = Tier(
    select(experiments),
    (Key(experiments.c.created_at, descending=True), Key(experiments.c.name)),
)


def note_named(connection: Connection, name: str, *, more: int, at: int) -> int:
    """Do what `note_runs` does for the experiment with this name, which is made if it is new.

    Returns its id.
    """
    new = {"name": name, "description": "", "owner": None, "created_at": at, "updated_at": at}
    [[row_id]] = fetch(connection, _note_named, {**new, "run_count": more})
    return int(row_id)


def _note_named(dialect: Dialect) -> Executable:
    row = insert_into(experiments, dialect)
    new = row.excluded
    columns = [column.name for column in experiments.c if column.name != "id"]
    return (
        row.values({name: bindparam(name) for name in columns})
        .on_conflict_do_update(
            index_elements=["name"],
            set_={
                "run_count": experiments.c.run_count + new.run_count,
                "updated_at": _later(new.updated_at),
            },
        )
        .returning(experiments.c.id)
    )


def _later(at: ColumnElement[int]) -> ColumnElement[int]:
    """Return the later one of a time and that of an experiment's last change."""
    return case((experiments.c.updated_at < at, at), else_=experiments.c.updated_at)


def note_runs(connection: Connection, experiment: int, *, more: int, at: int) -> None:
    """Note that an experiment has so many more runs in lists, and that it changed at `at`."""
    fetch(connection, _note_runs, {"experiment": experiment, "more": more, "changed_at": at})


def _note_runs(_: Dialect) -> Executable:
    at = bindparam("changed_at", type_=experiments.c.updated_at.type)
    return (
        update(experiments)
        .where(experiments.c.id == bindparam("experiment"))
        .values(
            run_count=experiments.c.run_count + bindparam("more"),
            updated_at=_later(at),
        )
    )


def save(
    connection: Connection, name: str, *, description: str | None, owner: str | None, at: int
) -> Experiment:
    """Make an experiment or update it; what is none stays as it was."""
    given: dict[str, str | None] = {}
    if description is not None:
        given["description"] = description
    if owner is not None:
        given["owner"] = owner or None
    row_id = note_named(connection, name, more=0, at=at)
    if given:
        connection.execute(update(experiments).where(experiments.c.id == row_id).values(given))
    return _experiment(
        connection.execute(select(experiments).where(experiments.c.id == row_id)).one()
    )


def get(connection: Connection, name: str) -> Experiment:
    """Return an experiment."""
    row = first(connection, _named, {"own_name": name})
    if row is None:
        raise NotFound(
            "experiment", f"no experiment is named {name!r}; a run that names it makes it"
        )
    return _experiment(row)


def _named(_: Dialect) -> Executable:
    return select(experiments).where(experiments.c.name == bindparam("own_name"))


def list_experiments(
    connection: Connection, *, limit: int, after: Position | None
) -> Page[Experiment]:
    """Return one page of the experiments, newest first."""
    return read_page(connection, [NEWEST_FIRST], {}, _experiment, limit=limit, after=after)


def _experiment(row: Fetched) -> Experiment:
    _, name, description, owner, created_at, updated_at, run_count, *_ = row
    return Experiment(
        name=name,
        description=description,
        owner=owner,
        created_at=created_at,
        run_count=run_count,
        last_updated=updated_at,
    )
