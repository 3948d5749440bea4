"""Keyset paging: an order of non-null columns, and what comes after a position in it."""

from collections.abc import Sequence
from typing import Any

from chachaml_kernel.domain.paging import Position
from msgspec import Struct
from sqlalchemy import ColumnElement, and_, bindparam, or_, tuple_

LARGEST = 2**63


class Key(Struct, frozen=True):
    """One column of an order. It is never null."""

    column: ColumnElement[Any]
    descending: bool = False

    def ordered(self) -> ColumnElement[Any]:
        """Return the column as ORDER BY takes it."""
        return self.column.desc() if self.descending else self.column.asc()


def bound_names(keys: Sequence[Key]) -> list[str]:
    """Return the names of the parameters that `after` compares `keys` with."""
    return [f"after_{place}" for place in range(len(keys))]


def after(keys: Sequence[Key]) -> ColumnElement[bool]:
    """Return the condition that a row comes after a bound position in the order of `keys`."""
    bounds = [
        bindparam(name, type_=key.column.type)
        for name, key in zip(bound_names(keys), keys, strict=True)
    ]
    directions = {key.descending for key in keys}
    if len(directions) == 1:  # one comparison of rows, which an index can serve
        row = tuple_(*(key.column for key in keys))
        return row < tuple_(*bounds) if directions.pop() else row > tuple_(*bounds)
    first, bound = keys[0], bounds[0]
    begin = first.column <= bound if first.descending else first.column >= bound
    return and_(begin, or_(*(_ties_up_to(keys, bounds, place) for place in range(len(keys)))))


def _ties_up_to(
    keys: Sequence[Key], bounds: Sequence[ColumnElement[Any]], place: int
) -> ColumnElement[bool]:
    """Return: equal in all keys before `place`, and beyond the position in that one."""
    key, bound = keys[place], bounds[place]
    beyond = key.column < bound if key.descending else key.column > bound
    return and_(*(keys[i].column == bounds[i] for i in range(place)), beyond)


def fits(keys: Sequence[Key], position: Position) -> bool:
    """Tell whether a position can be one in the order of `keys`."""
    return len(position) == len(keys) and all(map(_fits, keys, position))


def _fits(key: Key, value: object) -> bool:
    """Tell whether any database can compare a column with a value."""
    kind = key.column.type.python_type
    if kind is str:
        return isinstance(value, str) and "\0" not in value
    if type(value) is int:
        return -LARGEST <= value < LARGEST
    return kind is float and isinstance(value, float) and value == value
