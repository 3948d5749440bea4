"""Points: the hot path in, and histories out.

Statements are built with SQLAlchemy, compiled once for each dialect and run on the driver's own
cursor: `Connection.execute` costs several times as much as what it would run here.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from chachaml_kernel.domain.metrics import Outline, Points, Window, thin
from chachaml_kernel.errors import NotFound
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.sql.expression import ClauseElement

from chachaml_store_sql.rows import real
from chachaml_store_sql.runs import no_run, refuse_ended
from chachaml_store_sql.schema import points, runs, series
from chachaml_store_sql.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with positional parameters, and the name of each of them in order."""

    sql: str
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Statements:
    """What an append runs."""

    status: Statement
    extend: Statement
    insert: Statement


def append(connection: Connection, run_id: str, new: Mapping[str, Points], *, logged: int) -> None:
    """Append points to series of a run that takes writes.

    `logged` rises with each append; series of one append are told apart by their order.
    """
    hot = statements(connection.dialect)
    cursor = connection.connection.cursor()
    try:
        row = cursor.execute(hot.status.sql, (run_id,)).fetchone()
        if row is None:
            raise no_run(run_id)
        refuse_ended(run_id, row[0])
        for place, (key, columns) in enumerate(new.items()):
            if columns.values:
                _append_series(cursor, hot, _summary(run_id, key, columns, logged + place), columns)
    finally:
        cursor.close()


def _append_series(
    cursor: Any,  # noqa: ANN401  (DB-API drivers agree on less than they take)
    hot: Statements,
    summary: Mapping[str, object],
    columns: Points,
) -> None:
    extend = hot.extend
    cursor.execute(extend.sql, [summary[name] for name in extend.names])
    series_id, count = cursor.fetchone()
    added = len(columns.values)
    rows = zip(
        repeat(series_id, added),
        range(count - added, count),
        repeat(None) if columns.steps is None else columns.steps,
        columns.times,
        columns.values,
        strict=False,
    )
    cursor.executemany(hot.insert.sql, rows)


def _summary(run_id: str, key: str, columns: Points, logged: int) -> dict[str, object]:
    """Return what an append adds to the row of its series; NULL stands for NaN."""
    values = columns.values
    numbers = [value for value in values if value == value]
    return {
        "run_id": run_id,
        "key": key,
        "length": len(values),
        "last_value": values[-1] if values[-1] == values[-1] else None,
        "last_step": None if columns.steps is None else columns.steps[-1],
        "last_at": columns.times[-1],
        "least": min(numbers, default=None),
        "greatest": max(numbers, default=None),
        "logged": logged,
    }


@functools.lru_cache(maxsize=8)
def statements(dialect: Dialect) -> Statements:
    """Return the statements of an append, compiled for a dialect."""
    row = insert_into(series, dialect)
    new = row.excluded
    extend = row.on_conflict_do_update(
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
    return Statements(
        status=_compile(select(runs.c.status).where(runs.c.id == bindparam("run_id")), dialect),
        extend=_compile(extend.values({name: bindparam(name) for name in columns}), dialect),
        insert=_compile(insert(points), dialect),
    )


def _better(
    old: ColumnElement[Any], new: ColumnElement[Any], beyond: ColumnElement[bool]
) -> ColumnElement[Any]:
    """Return the SQL for: the new extreme where it is beyond the old one or there was none."""
    return case((or_(old.is_(None), beyond), func.coalesce(new, old)), else_=old)


def _compile(statement: Executable, dialect: Dialect) -> Statement:
    assert isinstance(statement, ClauseElement)
    compiled: Any = statement.compile(dialect=dialect)
    return Statement(str(compiled), tuple(compiled.positiontup))


def history(connection: Connection, run_id: str, key: str, window: Window) -> Points:
    """Return the points of one series that lie in a window, in the order of logging."""
    series_id = connection.execute(
        select(series.c.id).where(series.c.run_id == run_id, series.c.key == key)
    ).scalar()
    if series_id is None:
        raise _no_metric(connection, run_id, key)
    axis = points.c.step if window.axis == "step" else points.c.at
    statement = (
        select(points.c.step, points.c.at, points.c.value)
        .where(points.c.series_id == series_id)
        .order_by(points.c.seq)
    )
    if window.first is not None:
        statement = statement.where(axis >= window.first)
    if window.last is not None:
        statement = statement.where(axis <= window.last)
    found = connection.execute(statement).all()
    steps = [row[0] for row in found]
    return Points(
        values=[real(row[2]) for row in found],
        times=[row[1] for row in found],
        steps=None if steps.count(None) == len(steps) else steps,
    )


def outline(
    connection: Connection, run_id: str, key: str, window: Window, *, max_points: int
) -> Outline:
    """Return so many of the points of one series that its curve looks the same."""
    found = history(connection, run_id, key, window)
    return Outline(len(found), thin(found, max_points))


def _no_metric(connection: Connection, run_id: str, key: str) -> NotFound:
    if connection.execute(select(runs.c.id).where(runs.c.id == run_id)).first() is None:
        return no_run(run_id)
    keys = connection.execute(
        select(series.c.key).where(series.c.run_id == run_id).order_by(series.c.key).limit(20)
    )
    known = ", ".join(repr(name) for name in keys.scalars()) or "none yet"
    return NotFound("metric", f"run {run_id!r} has no metric {key!r}; it has {known}")
