"""A query as a tree."""

import math
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

FieldName: TypeAlias = Literal[
    "id",
    "name",
    "experiment",
    "status",
    "user",
    "parent",
    "error",
    "note",
    "started",
    "ended",
    "duration",
    "archived",
    "headline",
    "metric",
    "param",
    "tag",
]
Part: TypeAlias = Literal["", "min", "max", "count"]
Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">=", "~", "!~", "in", "not in"]


class Field(Struct, frozen=True):
    """What a run is asked for: `key` where the name is metric, param or tag, `part` of a metric.

    A metric without a part is its latest value.
    """

    name: FieldName
    key: str = ""
    part: Part = ""


class Ago(Struct, frozen=True):
    """A moment so many milliseconds before the query is answered."""

    milliseconds: int


Value: TypeAlias = str | float | bool | Ago
"""What a field is compared with, as its kind has it; times and durations are whole milliseconds."""


class Comparison(Struct, frozen=True):
    """A field, compared with one value, or with some for `in` and `not in`."""

    field: Field
    operator: Operator
    values: tuple[Value, ...]


class Missing(Struct, frozen=True):
    """A run does not have the field."""

    field: Field


class Not(Struct, frozen=True):
    """What does not hold."""

    part: "Expression"


class And(Struct, frozen=True):
    """All of two or more, none of them an `And` itself."""

    parts: tuple["Expression", ...]


class Or(Struct, frozen=True):
    """Any of two or more, none of them an `Or` itself."""

    parts: tuple["Expression", ...]


Expression: TypeAlias = Comparison | Missing | Not | And | Or


def all_of(*parts: Expression) -> Expression:
    """Return the expression that holds where all of one or more parts do."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(*parts: Expression) -> Expression:
    """Return the expression that holds where any of one or more parts does."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def is_finite(field: Field) -> Expression:
    """Return the expression that holds where a field is a finite number, which NaN is not."""
    return all_of(Comparison(field, "<", (math.inf,)), Comparison(field, ">", (-math.inf,)))


def fields_of(expression: Expression) -> Iterator[Field]:
    """Yield the fields that an expression speaks of, as often as it does."""
    match expression:
        case Comparison() | Missing():
            yield expression.field
        case Not():
            yield from fields_of(expression.part)
        case And() | Or():
            for part in expression.parts:
                yield from fields_of(part)


def dated(expression: Expression, now: int) -> Expression:
    """Return an expression with each `Ago` as the time that it is `now`, in milliseconds."""
    match expression:
        case Comparison():
            return replace(expression, values=_dated(expression.values, now))
        case Missing():
            return expression
        case Not():
            return Not(dated(expression.part, now))
        case And() | Or():
            return replace(expression, parts=tuple(dated(part, now) for part in expression.parts))


def _dated(values: Sequence[Value], now: int) -> tuple[Value, ...]:
    return tuple(now - value.milliseconds if isinstance(value, Ago) else value for value in values)
