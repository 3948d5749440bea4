"""The statements of an append."""

import functools
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Executable,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
)

from chachaml_store_sql.compiled import Statement, compiled
from chachaml_store_sql.schema import chunks, points, runs, series
from chachaml_store_sql.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Statements:
    """What an append runs."""

    status: Statement
    extend: Statement
    add_point: Statement
    add_chunk: Statement


@functools.lru_cache(maxsize=8)
def statements(dialect: Dialect) -> Statements:
    """Return the statements of an append, compiled for a dialect."""
    return Statements(
        status=compiled(_status(), dialect),
        extend=compiled(_extend(dialect), dialect),
        add_point=compiled(insert(points), dialect),
        add_chunk=compiled(insert(chunks), dialect),
    )


def _status() -> Executable:
    """Return the query of a run's status, which keeps the run from ending meanwhile."""
    statement = select(runs.c.status).where(runs.c.id == bindparam("run_id"))
    return statement.with_for_update(read=True)


def _extend(dialect: Dialect) -> Executable:
    """Return the upsert of a series' summary; it returns the series' id and new length."""
    row = insert_into(series, dialect)
    new = row.excluded
    upsert = row.on_conflict_do_update(
        index_elements=["run_id", "key"],
        set_={
            "length": series.c.length + new.length,
            "last_value": new.last_value,
            "last_step": new.last_step,
            "last_at": new.last_at,
            "least": _better(series.c.least, new.least, new.least < series.c.least),
            "greatest": _better(series.c.greatest, new.greatest, new.greatest > series.c.greatest),
            "logged": new.logged,
        },
    ).returning(series.c.id, series.c.length)
    columns = [column.name for column in series.c if column.name != "id"]
    return upsert.values({name: bindparam(name) for name in columns})


def _better(
    old: ColumnElement[Any], new: ColumnElement[Any], beyond: ColumnElement[bool]
) -> ColumnElement[Any]:
    """Return the SQL for: the new extreme where it is beyond the old one or there was none."""
    return case((or_(old.is_(None), beyond), func.coalesce(new, old)), else_=old)
