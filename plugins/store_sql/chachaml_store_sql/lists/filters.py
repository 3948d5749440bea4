"""Filters: conditions apart from their values, so that those of one shape are compiled once."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, TypeAlias

from msgspec import Struct
from sqlalchemy import bindparam

from chachaml_store_sql.lists.conditions import CONDITIONS

Shape: TypeAlias = tuple[str, int, tuple["Shape", ...]]
"""What decides on the SQL of a filter: the kind of its condition, which is one of `CONDITIONS`, how
many values it takes, and the shapes of its parts."""


class Filter(Struct, frozen=True):
    """A condition, as its kind with its values, or with the filters that it puts together."""

    kind: str
    values: Sequence[object] = ()
    parts: Sequence["Filter"] = ()


def shapes(wanted: Sequence[Filter]) -> tuple[Shape, ...]:
    """Return the shapes of some filters."""
    return tuple((each.kind, len(each.values), shapes(each.parts)) for each in wanted)


def conditions(wanted: Sequence[Shape], names: Iterator[str] | None = None) -> list[Any]:
    """Return the conditions of filters of these shapes, or the rows that such a filter is."""
    names = _names() if names is None else names
    return [
        CONDITIONS[kind](*(bindparam(next(names)) for _ in range(count)), *conditions(parts, names))
        for kind, count, parts in wanted
    ]


def filter_values(wanted: Sequence[Filter]) -> dict[str, object]:
    """Return what is bound in the conditions of some filters."""
    return dict(zip(_names(), _values(wanted), strict=False))


def _values(wanted: Sequence[Filter]) -> Iterator[object]:
    for each in wanted:
        yield from each.values
        yield from _values(each.parts)


def _names() -> Iterator[str]:
    return map("filter_{}".format, count())
