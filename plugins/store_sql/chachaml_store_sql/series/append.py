"""Appends: points in, as rows where they are few and as chunks where they are many."""

import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from chachaml_kernel.domain.direction import gets_better
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.metrics import Points
from msgspec import Struct

from chachaml_store_sql.series.segments import LENGTH, Segment, cut, make, outline_of

MANY = 64
"""From so many points of a key on, an append is stored as chunks at once, and fewer become rows.
Both gather until they make a chunk of a good length."""


class Addition(Struct, frozen=True):
    """Points of one key, ready to be stored: chunks of them, or none where they become rows.

    `least` and `greatest` leave NaN out; where every value is NaN there are none.
    """

    key: str
    points: Points
    least: float | None
    greatest: float | None
    segments: Sequence[Segment] = ()


class Grown(Struct, frozen=True):
    """What an append did to a series: `added` points made it `length` points long."""

    series_id: int
    added: int
    length: int

    @property
    def has_gathered(self) -> bool:
        """Whether these points went past another chunk's length."""
        return self.length // LENGTH > (self.length - self.added) // LENGTH


def prepare(new: Mapping[str, Points]) -> list[Addition]:
    """Encode what becomes chunks, which takes a while and needs no connection."""
    return [_prepare(key, points) for key, points in new.items() if len(points)]


def _prepare(key: str, points: Points) -> Addition:
    if len(points) < MANY:
        return Addition(key, points, *_extremes(points.values))
    parts = cut(points)
    outlines = list(map(outline_of, parts))
    peaks = _extremes([value for outline in outlines for value in outline.values])
    return Addition(key, points, *peaks, segments=list(map(make, parts, outlines)))


def _extremes(values: Sequence[float]) -> tuple[float | None, float | None]:
    total = sum(values)
    if total != total:  # NaN is among them, or infinities of both signs are
        values = [value for value in values if value == value]
    return min(values, default=None), max(values, default=None)


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


class Append(Struct, frozen=True):
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


BEHIND = 2**62
"""Taken from when a metric was logged that leads a run only where nothing else does."""


def summary(run_id: str, addition: Addition, logged: int) -> dict[str, object]:
    """Return what an append adds to the row of its series; NULL stands for NaN."""
    points = addition.points
    last = points.values[-1]
    return {
        "run_id": run_id,
        "key": addition.key,
        "length": len(points),
        "last_value": last if last == last else None,
        "last_step": None if points.steps is None else points.steps[-1],
        "last_at": points.times[-1],
        "least": addition.least,
        "greatest": addition.greatest,
        "logged": logged if gets_better(addition.key) else logged - BEHIND,
        "settled": 0,
    }
