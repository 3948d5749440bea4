"""Experiments, with their counts."""

from typing import Literal, TypeAlias, get_args

from chachaml_kernel.domain.counts import RunCounts
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


Counted: TypeAlias = Literal["running", "completed", "failed", "archived"]
"""What a run counts as: its status, or that it is archived."""

COUNTED: tuple[Counted, ...] = get_args(Counted)


def counted(status: str, archived: object) -> Counted:
    """Return what a run counts as."""
    return "archived" if archived else status  # type: ignore[return-value]


def note_named(connection: Connection, name: str, *, new: Counted | None, at: int) -> int:
    """Note that an experiment, which is made if it is new, has a `new` run, if it has.

    Returns its id.
    """
    row = {"name": name, "description": "", "owner": None, "created_at": at, "updated_at": at}
    [[row_id]] = fetch(connection, _note_named, {**row, **_changes(None, new)})
    return int(row_id)


def _changes(before: Counted | None, after: Counted | None) -> dict[str, int]:
    return {kind: (kind == after) - (kind == before) for kind in COUNTED}


def _note_named(dialect: Dialect) -> Executable:
    row = insert_into(experiments, dialect)
    new = row.excluded
    columns = [column.name for column in experiments.c if column.name != "id"]
    return (
        row.values({name: bindparam(name) for name in columns})
        .on_conflict_do_update(
            index_elements=["name"],
            set_={
                **{kind: experiments.c[kind] + new[kind] for kind in COUNTED},
                "updated_at": _later(new.updated_at),
            },
        )
        .returning(experiments.c.id)
    )


def _later(at: ColumnElement[int]) -> ColumnElement[int]:
    """Return the later one of a time and that of an experiment's last change."""
    return case((experiments.c.updated_at < at, at), else_=experiments.c.updated_at)


def note_run(
    connection: Connection,
    experiment: int,
    *,
    before: Counted | None,
    after: Counted | None,
    at: int = 0,
) -> None:
    """Note what a run of an experiment counted as and counts as now, and that it changed `at`."""
    changes = _changes(before, after)
    fetch(connection, _note_run, {"experiment": experiment, "changed_at": at, **changes})


def _note_run(_: Dialect) -> Executable:
    at = bindparam("changed_at", type_=experiments.c.updated_at.type)
    return (
        update(experiments)
        .where(experiments.c.id == bindparam("experiment"))
        .values(
            **{kind: experiments.c[kind] + bindparam(kind) for kind in COUNTED},
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
    row_id = note_named(connection, name, new=None, at=at)
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
    return read_experiment(row[1:])


def read_experiment(row: Fetched) -> Experiment:
    """Read an experiment from a row of all its columns but the id."""
    name, description, owner, created_at, updated_at, *counts = row
    return Experiment(
        name=name,
        description=description,
        owner=owner,
        created_at=created_at,
        last_updated=updated_at,
        counts=RunCounts(**dict(zip(COUNTED, counts, strict=False))),
    )
