"""Statements that are compiled once, and run on the driver's own cursor.

`Connection.execute` costs several times as much as what it would run here.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.sql.expression import ClauseElement

Build: TypeAlias = Callable[[Dialect], Executable]
"""Returns a statement for a dialect, each time the same one."""

Values: TypeAlias = Mapping[str, object]
NO_VALUES: Values = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text, and the names of its parameters in order where the driver takes them so."""

    sql: str
    names: Sequence[str] | None

    def arguments(self, values: Mapping[str, object]) -> Sequence[object] | Mapping[str, object]:
        """Return `values` as the driver takes them: by position or by name."""
        return values if self.names is None else [values[name] for name in self.names]


def compiled(statement: Executable, dialect: Dialect) -> Statement:
    """Return a statement, all of whose parameters are named, as the driver takes it."""
    assert isinstance(statement, ClauseElement)
    text: Any = statement.compile(dialect=dialect)
    return Statement(str(text), text.positiontup and tuple(text.positiontup))


@functools.lru_cache(maxsize=64)
def _built(build: Build, dialect: Dialect) -> Statement:
    return compiled(build(dialect), dialect)


def fetch(
    connection: Connection, build: Build, values: Values = NO_VALUES
) -> Sequence[Sequence[Any]]:
    """Run what `build` builds; return its rows, none if it returns none."""
    statement = _built(build, connection.dialect)
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement.sql, statement.arguments(values))
        return cursor.fetchall() if cursor.description else []
    finally:
        cursor.close()


def changed(connection: Connection, build: Build, values: Values) -> int:
    """Run what `build` builds; return how many rows it changed or removed."""
    statement = _built(build, connection.dialect)
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement.sql, statement.arguments(values))
        return int(cursor.rowcount)
    finally:
        cursor.close()
