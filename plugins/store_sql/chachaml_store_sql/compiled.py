"""Statements that are compiled once, and run on the driver's own cursor.

`Connection.execute` costs several times as much as the driver does, and building a statement anew
more than running it.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.sql.expression import ClauseElement

Values: TypeAlias = Mapping[str, object]
"""What the parameters of a statement are, by name."""

NO_VALUES: Values = MappingProxyType({})

Fetched: TypeAlias = Sequence[Any]
"""A row as the driver returns it: JSON is text and, in SQLite, a boolean is 0 or 1."""

Build: TypeAlias = Callable[[Dialect], Executable]
"""Returns a statement for a dialect, each time the same one."""


@dataclass(frozen=True, slots=True)
class Statement:
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
    fixed = {name: bind.value for name, bind in result.binds.items() if not bind.required}
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
