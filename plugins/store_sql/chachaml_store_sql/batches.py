"""Statements for many rows at once, compiled once for each dialect and number of rows.

Each call of a driver costs more than what it does for one row.
"""

import functools
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
)

from chachaml_store_sql.compiled import Statement, compiled
from chachaml_store_sql.schema import chunks, params, points, runs, series
from chachaml_store_sql.upsert import Insert, insert_into

MOST = 64
"""Rows in one statement. Other numbers are sums of powers of two, so that statements are few."""

Kind: TypeAlias = Literal["statuses", "extend", "add_points", "add_chunks", "add_params"]
Row: TypeAlias = Sequence[Any]

COLUMNS: dict[Kind, tuple[str, ...]] = {
    "statuses": ("id",),
    "extend": tuple(column.name for column in series.c if column.name != "id"),
    "add_points": tuple(points.c.keys()),
    "add_chunks": tuple(chunks.c.keys()),
    "add_params": tuple(params.c.keys()),
}
"""What a row consists of, in order."""


def run_batches(connection: Connection, kind: Kind, rows: Sequence[Row]) -> list[Row]:
    """Run a statement for all `rows`, each of the `COLUMNS` of its kind; return what comes back.

    `statuses` gives the id, the status and the start of each run that is there, and keeps these so
    until the transaction ends. `extend`, to which no series is given twice, gives the id, the run,
    the key and the new length of each. `add_points` and `add_chunks` give nothing. `add_params`
    gives the keys of those that were not there, and leaves the others as they are. The order is
    any.
    """
    found: list[Row] = []
    cursor = connection.connection.cursor()
    try:
        for some in _batches(rows):
            batch = batch_of(connection.dialect, kind, len(some))
            cursor.execute(batch.statement.sql, batch.arguments(some))
            if cursor.description is not None:
                found.extend(cursor.fetchall())
    finally:
        cursor.close()
    return found


def hold_runs(connection: Connection, run_ids: Iterable[str]) -> list[Row]:
    """Keep runs from ending and from going until the transaction ends.

    Return the id, the status and the start of each that is there. All who hold runs take them in
    one order, so that no two wait for each other.
    """
    return run_batches(connection, "statuses", [(run_id,) for run_id in sorted(set(run_ids))])


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    begin, size = 0, MOST
    while begin < len(rows):
        while size > len(rows) - begin:
            size //= 2
        yield rows[begin : begin + size]
        begin += size


class Batch(Struct, frozen=True):
    """A statement, and the names of its parameters row by row."""

    statement: Statement
    names: Sequence[str]

    def arguments(self, rows: Sequence[Row]) -> Any:  # noqa: ANN401  (DB-API takes either)
        """Return the values of all rows as the driver takes them."""
        values = list(chain.from_iterable(rows))
        if self.statement.names is None:
            return dict(zip(self.names, values, strict=True))
        return values


@functools.lru_cache(maxsize=64)
def batch_of(dialect: Dialect, kind: Kind, count: int) -> Batch:
    """Return the statement for so many rows."""
    rows: list[dict[str, BindParameter[Any]]] = [
        {name: bindparam(f"{name}_{row}") for name in COLUMNS[kind]} for row in range(count)
    ]
    names = [parameter.key for row in rows for parameter in row.values()]
    statement = compiled(_construct(dialect, kind, rows), dialect)
    assert statement.names in (None, tuple(names))
    return Batch(statement, names)


def _construct(dialect: Dialect, kind: Kind, rows: list[dict[str, BindParameter[Any]]]) -> Any:  # noqa: ANN401
    match kind:
        case "statuses":
            ids = [row["id"] for row in rows]
            found = select(runs.c.id, runs.c.status, runs.c.started_at).where(runs.c.id.in_(ids))
            return found.order_by(runs.c.id).with_for_update(read=True)
        case "extend":
            returned = (series.c.id, series.c.run_id, series.c.key, series.c.length)
            return _upsert(dialect).values(rows).returning(*returned)
        case "add_points":
            return insert(points).values(rows)
        case "add_chunks":
            return insert(chunks).values(rows)
        case "add_params":
            new = insert_into(params, dialect).values(rows).on_conflict_do_nothing()
            return new.returning(params.c.key)


def _upsert(dialect: Dialect) -> Insert:
    """Return the statement that adds the summaries of new points to those that are there."""
    row = insert_into(series, dialect)
    new = row.excluded
    return row.on_conflict_do_update(
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
    )


def _better(
    old: ColumnElement[Any], new: ColumnElement[Any], beyond: ColumnElement[bool]
) -> ColumnElement[Any]:
    """Return the SQL for: the new extreme where it is beyond the old one or there was none."""
    return case((or_(old.is_(None), beyond), func.coalesce(new, old)), else_=old)
