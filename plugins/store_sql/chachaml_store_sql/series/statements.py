"""Statements that are compiled once, and run on the driver's own cursor.

`Connection.execute` costs several times as much as what it would run here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.sql.expression import ClauseElement


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
