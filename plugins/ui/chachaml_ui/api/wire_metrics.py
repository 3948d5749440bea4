"""Series of points as JSON, and the schema of the bodies that log them."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Any

import msgspec
from chachaml_kernel.domain.metrics import MAX_STEP, MAX_TIME, MIN_STEP, Outline
from msgspec import Meta, Struct

from chachaml_ui.api.wire import NAME_SCHEMA, Name, Number, Time, number

NUMBER = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}
STEP = {"type": ["integer", "null"], "minimum": MIN_STEP, "maximum": MAX_STEP}
TIME = {"type": ["integer", "null"], "minimum": 0, "maximum": MAX_TIME}

SLICE = 10_000
"""Points that are turned into JSON in one go."""

_encoder = msgspec.json.Encoder()

Step = Annotated[int, Meta(extra_json_schema={"minimum": MIN_STEP, "maximum": MAX_STEP})]


class Points(Struct, frozen=True):
    """Points as columns of one length, in the order in which they were logged."""

    step: list[int | None]
    timestamp: list[Time]
    value: list[Number]


class History(Struct, frozen=True):
    """One series, or a part of it: `count` points were asked for, `points` are those to draw."""

    key: str
    count: int
    points: Points


class Grouped(Struct, frozen=True, forbid_unknown_fields=True):
    """Metrics at one step, grouped under a key of their own."""

    metrics: Annotated[dict[Name, Number], Meta(min_length=1)]
    step: Step | None = None
    timestamp: Time | None = None


class Columns(Struct, frozen=True, forbid_unknown_fields=True):
    """Many points as columns of one length."""

    metrics: Annotated[dict[Name, Annotated[list[Number], Meta(min_length=1)]], Meta(min_length=1)]
    step: list[Step | None] | None = None
    timestamp: list[Time | None] | None = None


Flat = Annotated[
    dict[str, Any],
    Meta(
        title="Flat",
        description="Metrics by key, all at one step; `step` and `timestamp` are reserved",
        extra_json_schema={
            "properties": {"step": STEP, "timestamp": TIME},
            "propertyNames": {"type": "string", **NAME_SCHEMA},
            "additionalProperties": NUMBER,
            "not": {"propertyNames": {"enum": ["step", "timestamp"]}},
        },
    ),
]
BODY = (Flat, Grouped, Columns, Annotated[list[Grouped], Meta(min_length=1)])
"""The forms that a body may have; a list may hold flat ones as well."""
EXAMPLES: dict[str, Any] = {
    "flat": {"value": {"loss": 0.4, "accuracy": 0.9, "step": 12}},
    "grouped": {"value": {"metrics": {"loss": "NaN"}, "step": 12, "timestamp": 1760000000000}},
    "many": {"value": [{"loss": 0.9, "step": 0}, {"loss": 0.5, "step": 1}]},
    "columns": {"value": {"step": [0, 1, 2], "metrics": {"loss": [0.9, 0.5, 0.4]}}},
}


def from_outline(key: str, outline: Outline) -> History:
    """Return a series as JSON says it."""
    points = outline.points
    steps: Sequence[int | None] = points.steps or [None] * len(points)
    return History(
        key=key,
        count=outline.count,
        points=Points(list(steps), list(points.times), _values(points.values)),
    )


async def pieces_of_outline(key: str, outline: Outline) -> AsyncIterator[bytes]:
    """Yield the JSON of what `from_outline` returns, a slice at a time; others get their turns.

    There is a point at least.
    """
    points = outline.points
    steps = points.steps or [None] * len(points)
    around = _encoder.encode(History(key, outline.count, Points([], [], []))).rsplit(b"[]", 3)
    columns: tuple[tuple[bytes, Sequence[Any], Callable[[Sequence[Any]], list[Any]]], ...] = (
        (around[0], steps, list),
        (b"]" + around[1], points.times, list),
        (b"]" + around[2], points.values, _values),
    )
    for before, column, listed in columns:
        opening = before + b"["
        for begin in range(0, len(column), SLICE):
            yield opening + _encoder.encode(listed(column[begin : begin + SLICE]))[1:-1]
            opening = b","
            await asyncio.sleep(0)
    yield b"]" + around[3]


def _values(values: Sequence[float]) -> list[Number]:
    if all(map(math.isfinite, values)):
        return list(values)
    return [number(value) for value in values]
