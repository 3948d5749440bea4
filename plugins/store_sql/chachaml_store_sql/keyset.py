"""Keyset paging: an order of non-null columns, and what comes after a position in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chachaml_kernel.domain.paging import Position
from chachaml_kernel.errors import Invalid
from sqlalchemy import ColumnElement, and_, case, func, literal, or_, tuple_

LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order. It is never null; `kind` is what its values are in Python."""

    column: ColumnElement[Any]
    descending: bool = False
    kind: type[str] | type[float] = float

    def ordered(self) -> ColumnElement[Any]:
        """Return the column as ORDER BY takes it."""
        return self.column.desc() if self.descending else self.column.asc()


def missing_last(
    column: ColumnElement[Any], *, descending: bool, kind: type[str] | type[float] = float
) -> list[Key]:
    """Return the keys that order by a column that may be null, nulls last either way."""
    instead: Any = "" if kind is str else 0
    return [
        Key(case((column.is_(None), 1), else_=0)),
        Key(func.coalesce(column, literal(instead)), descending, kind),
    ]


def after(keys: Sequence[Key], position: Position) -> ColumnElement[bool]:
    """Return the condition that a row comes after `position` in the order of `keys`.

    Raises `Invalid` if the position cannot be one of this order.
    """
    if len(position) != len(keys) or not all(map(_fits, keys, position)):
        raise Invalid("this cursor is damaged; start again from the first page")
    directions = {key.descending for key in keys}
    if len(directions) == 1:  # one comparison of rows, which an index can serve
        row, bound = tuple_(*(key.column for key in keys)), tuple_(*map(literal, position))
        return row < bound if directions.pop() else row > bound
    return or_(*(_ties_up_to(keys, position, place) for place in range(len(keys))))


def _ties_up_to(keys: Sequence[Key], position: Position, place: int) -> ColumnElement[bool]:
    """Return: equal in all keys before `place`, and beyond the position in that one."""
    key, bound = keys[place], position[place]
    beyond = key.column < bound if key.descending else key.column > bound
    return and_(*(keys[i].column == position[i] for i in range(place)), beyond)


def _fits(key: Key, value: object) -> bool:
    if key.kind is str:
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, float) or -LARGEST <= value < LARGEST
