"""Series of points as JSON, and the schema of the bodies that log them."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

from chachaml_kernel.domain.metrics import MAX_STEP, MAX_TIME, MIN_STEP, Outline
from msgspec import Meta, Struct

from chachaml_ui.api.wire import NAME_SCHEMA, Name, Number, Time, number

NUMBER = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}
STEP = {"type": ["integer", "null"], "minimum": MIN_STEP, "maximum": MAX_STEP}
TIME = {"type": ["integer", "null"], "minimum": 0, "maximum": MAX_TIME}

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


def _values(values: Sequence[float]) -> list[Number]:
    if all(map(math.isfinite, values)):
        return list(values)
    return [number(value) for value in values]
