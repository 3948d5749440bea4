"""Statements that are compiled once, and run on the driver's own cursor.

`Connection.execute` costs several times as much as the driver does, and building a statement anew
more than running it.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import Any, TypeAlias

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Dialect, Executable, bindparam
from sqlalchemy.sql.expression import ClauseElement

Values: TypeAlias = Mapping[str, object]
"""What the parameters of a statement are, by name."""

NO_VALUES: Values = MappingProxyType({})

Fetched: TypeAlias = Sequence[Any]
"""A row as the driver returns it: JSON is text and, in SQLite, a boolean is 0 or 1."""

Build: TypeAlias = Callable[[Dialect], Executable]
"""Returns a statement for a dialect, each time the same one."""


class Statement(Struct, frozen=True):
    """SQL text, the names of its parameters in order where the driver takes them so, and the values
    of those that never change."""

    sql: str
    names: Sequence[str] | None
    fixed: Values

    def arguments(self, values: Values) -> Any:  # noqa: ANN401  (drivers agree on less)
        """Return `values` as the driver takes them: by position or by name."""
        if self.fixed:
            values = {**self.fixed, **values}
        return values if self.names is None else [values[name] for name in self.names]


@functools.lru_cache(maxsize=500)
def statement(build: Build, dialect: Dialect) -> Statement:
    """Return what `build` builds, compiled for a dialect."""
    return compiled(build(dialect), dialect)


def compiled(executable: Executable, dialect: Dialect) -> Statement:
    """Return a statement compiled for a dialect; parameters without a value are to be given."""
    assert isinstance(executable, ClauseElement)
    result: Any = executable.compile(dialect=dialect)
    fixed = {name: bind.value for bind, name in result.bind_names.items() if not bind.required}
    return Statement(str(result), result.positiontup and tuple(result.positiontup), fixed)


def fetch(connection: Connection, build: Build, values: Values = NO_VALUES) -> Sequence[Fetched]:
    """Run a statement; return its rows, none if it returns none."""
    return run(connection, statement(build, connection.dialect), values)


def first(connection: Connection, build: Build, values: Values = NO_VALUES) -> Fetched | None:
    """Run a statement; return its first row, if there is one."""
    rows = fetch(connection, build, values)
    return rows[0] if rows else None


def run(connection: Connection, hot: Statement, values: Values) -> Sequence[Fetched]:
    """Run a compiled statement; return its rows, none if it returns none."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(hot.sql, hot.arguments(values))
        return cursor.fetchall() if cursor.description else []
    finally:
        cursor.close()


def changed(connection: Connection, build: Build, values: Values) -> int:
    """Run a statement; return how many rows it changed or removed."""
    hot = statement(build, connection.dialect)
    cursor = connection.connection.cursor()
    try:
        cursor.execute(hot.sql, hot.arguments(values))
        return int(cursor.rowcount)
    finally:
        cursor.close()


def run_many(connection: Connection, build: Build, rows: Iterable[Values]) -> None:
    """Run a statement that returns nothing for each of `rows`."""
    hot = statement(build, connection.dialect)
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(hot.sql, [hot.arguments(values) for values in rows])
    finally:
        cursor.close()


AT_ONCE = 4_096
"""Keys that one statement looks up; the number of parameters that it may have is limited."""


class Among(Struct, frozen=True):
    """Builds a statement about rows that have one of some keys: `count` of them."""

    build: Callable[[Sequence[ColumnElement[Any]]], Executable]
    count: int

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement, with the keys bound under `names_of(count)`."""
        return self.build([bindparam(name) for name in names_of(self.count)])


@functools.lru_cache(maxsize=20)
def names_of(count: int) -> Sequence[str]:
    """Return names for so many keys."""
    return [f"among_{place}" for place in range(count)]


def fetch_among(
    connection: Connection,
    build: Callable[[Sequence[ColumnElement[Any]]], Executable],
    keys: Sequence[str] | Sequence[int],
    values: Values = NO_VALUES,
) -> Sequence[Fetched]:
    """Return the rows of a statement about rows that have one of `keys`, however many there are.

    The last key is repeated up to a power of two, so that few statements need compiling.
    """
    found: list[Fetched] = []
    for begin in range(0, len(keys), AT_ONCE):
        some = keys[begin : begin + AT_ONCE]
        count = 1 << (len(some) - 1).bit_length()
        padded = (*some, *repeat(some[-1], count - len(some)))
        bound = {**values, **dict(zip(names_of(count), padded, strict=True))}
        found.extend(fetch(connection, Among(build, count), bound))
    return found
