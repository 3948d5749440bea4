"""Appends: points in, as rows where they are few and as chunks where they are many."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.metrics import Points

from chachaml_store_sql.series.segments import Segment, cut, make

MANY = 500
"""From so many points of a key on, an append is stored as chunks at once. Fewer become rows, which
gather until they make a chunk of a good length."""


@dataclass(frozen=True, slots=True)
class Addition:
    """Points of one key, ready to be stored: chunks of them, or none where they become rows."""

    key: str
    points: Points
    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True)
class Grown:
    """What an append did to a series: `added` points made it `length` points long."""

    series_id: int
    added: int
    length: int


def prepare(new: Mapping[str, Points]) -> list[Addition]:
    """Encode what becomes chunks, which takes a while and needs no connection."""
    return [
        Addition(key, points, list(map(make, cut(points))) if len(points) >= MANY else ())
        for key, points in new.items()
        if len(points)
    ]


class Ticks:
    """Numbers that rise with time: microseconds, and one more where the clock does not move on."""

    def __init__(self) -> None:
        """Begin with no number given."""
        self._last = 0

    def take(self, count: int) -> int:
        """Return the first of `count` numbers that are given to nobody else."""
        first = max(self._last + 1, time.time_ns() // 1_000)
        self._last = first + count - 1
        return first


@dataclass(frozen=True, slots=True)
class Append:
    """Points to append to series of one run, as the writer of a database gets them."""

    run_id: str
    additions: Sequence[Addition]
    once: Once | None
    ticks: Ticks


class Appender(Protocol):
    """Appends points durably; it may put several appends into one transaction."""

    async def __call__(self, append: Append, /) -> Sequence[Grown]:
        """Return how each series has grown, or raise why this append alone was refused."""
        ...


def summary(run_id: str, addition: Addition, logged: int) -> dict[str, object]:
    """Return what an append adds to the row of its series; NULL stands for NaN."""
    points = addition.points
    values = points.values
    numbers = [value for value in values if value == value]
    return {
        "run_id": run_id,
        "key": addition.key,
        "length": len(values),
        "last_value": values[-1] if values[-1] == values[-1] else None,
        "last_step": None if points.steps is None else points.steps[-1],
        "last_at": points.times[-1],
        "least": min(numbers, default=None),
        "greatest": max(numbers, default=None),
        "logged": logged,
    }
