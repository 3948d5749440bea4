"""Series of points as JSON, and the schema of the bodies that log them."""

import asyncio
import math
import sys
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, TypeAlias

import msgspec
from chachaml_kernel.domain import metrics
from chachaml_kernel.domain.metrics import MAX_STEP, MAX_TIME, MIN_STEP
from msgspec import Meta, Struct

from chachaml_ui.api.wire.values import NAME_SCHEMA, Name, Number, Time, number

NUMBER = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}
STEP = {"type": ["integer", "null"], "minimum": MIN_STEP, "maximum": MAX_STEP}
TIME = {"type": ["integer", "null"], "minimum": 0, "maximum": MAX_TIME}

Column: TypeAlias = Callable[[metrics.Points], list[Any]]

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
    points: Points
    count: int


class Sketch(Struct, frozen=True):
    """Few points of a series that has `count` of them, in the order of logging."""

    count: int
    step: list[int | None]
    value: list[Number]


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


def points_of(points: metrics.Points) -> Points:
    """Return points as JSON says them."""
    return Points(_steps(points), list(points.times), _values(points))


def history_of(key: str, points: metrics.Points, count: int) -> History:
    """Return a series as JSON says it."""
    return History(
        key=key,
        points=points_of(points),
        count=count,
    )


def sketch_of(outline: metrics.Outline) -> Sketch:
    """Return a small curve as JSON says it."""
    points = outline.points
    return Sketch(count=outline.count, step=_steps(points), value=_values(points))


async def pieces_of_history(
    key: str, blocks: Callable[[], AsyncIterator[metrics.Points]], count: int | None = None
) -> AsyncIterator[bytes]:
    """Yield the JSON of what `history_of` returns, a block at a time; others get their turns.

    `blocks` is called once for each column, and may have more points each time; those that the
    first column had are answered, and without `count` their number is. There is one at least.
    """
    around = _encoder.encode(History(key, Points([], [], []), 0)).rsplit(b"[]", 3)
    columns: tuple[Column, ...] = (_steps, _times, _values)
    length = sys.maxsize
    for before, column in zip((b"", b"]", b"]"), columns, strict=True):
        opening, left = before + around.pop(0) + b"[", length
        async for block in blocks():
            yield opening + _encoder.encode(column(block)[:left])[1:-1]
            opening = b","
            left -= min(left, len(block))
            if not left:
                break
            await asyncio.sleep(0)
        length -= left
    yield b"]" + around[0].replace(b"0", b"%d" % (length if count is None else count))


def _steps(points: metrics.Points) -> list[int | None]:
    return [None] * len(points) if points.steps is None else list(points.steps)


def _times(points: metrics.Points) -> list[int]:
    return list(points.times)


def _values(points: metrics.Points) -> list[Number]:
    values: list[Any] = list(points.values)
    # A sum of finite numbers may be infinite too, but one of others never is finite.
    return values if math.isfinite(sum(values)) else list(map(number, values))
