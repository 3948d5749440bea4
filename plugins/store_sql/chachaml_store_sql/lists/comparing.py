"""How a column is compared with bound values, by the names of the operators of the language."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, ColumnElement, type_coerce

Bound: TypeAlias = BindParameter[Any]
Condition: TypeAlias = ColumnElement[bool]
Test: TypeAlias = Callable[..., Condition]
"""A condition on a column, or on a row of a table, as a function of that and its bound values."""


def _typed(column: ColumnElement[Any], values: Sequence[Bound]) -> Sequence[ColumnElement[Any]]:
    """Return values as what a column is compared with, which SQLAlchemy does for a single one."""
    return [type_coerce(value, column.type) for value in values]


COMPARE: Mapping[str, Test] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
OPERATORS: Mapping[str, Test] = {
    **COMPARE,
    "in": lambda column, *values: column.in_(_typed(column, values)),
    "not in": lambda column, *values: column.not_in(_typed(column, values)),
    "~": lambda column, pattern: column.ilike(pattern, escape="\\"),
    "!~": lambda column, pattern: column.not_ilike(pattern, escape="\\"),
}
NAN: Mapping[str, Test] = {
    "is nan": lambda column: column.is_(None),
    "is number": lambda column: column.is_not(None),
}
"""What else a column of type `Real` is asked: NULL means NaN there, if there is a row at all."""

NUMBERS = {**COMPARE, "in": OPERATORS["in"], "not in": OPERATORS["not in"], **NAN}
