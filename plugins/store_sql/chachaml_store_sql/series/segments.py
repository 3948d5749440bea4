"""Points made into what the table of chunks holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from chachaml_kernel.domain.metrics import Points, extremes

from chachaml_store_sql.series import chunk

LENGTH = 4_096
"""Points that a chunk holds at most."""
BLOCK = 64
"""Of so many points one after another, an outline has the extremes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A row of the table of chunks, but for its series and its place in that."""

    length: int
    least_step: int | None
    greatest_step: int | None
    every_step: bool
    least_at: int
    greatest_at: int
    outline: bytes
    points: bytes


def cut(points: Points) -> list[Points]:
    """Cut points into parts that a chunk can hold."""
    count = len(points)
    return [slice_of(points, begin, begin + LENGTH) for begin in range(0, count, LENGTH)]


def slice_of(points: Points, begin: int, end: int) -> Points:
    """Return the points from position `begin` up to `end`, without that."""
    return Points(
        points.values[begin:end],
        points.times[begin:end],
        None if points.steps is None else points.steps[begin:end],
    )


def make(points: Points, *, thorough: bool = False) -> Segment:
    """Encode up to `LENGTH` points; `thorough` spends time to make them smaller."""
    steps: Sequence[int] = [step for step in points.steps or () if step is not None]
    return Segment(
        length=len(points),
        least_step=min(steps, default=None),
        greatest_step=max(steps, default=None),
        every_step=len(steps) == len(points),
        least_at=min(points.times),
        greatest_at=max(points.times),
        outline=chunk.encode(points.take(landmarks(points.values))),
        points=chunk.encode(points, thorough=thorough),
    )


def landmarks(values: Sequence[float]) -> list[int]:
    """Return the positions that a thin curve needs: both ends, and the extremes of each block."""
    count = len(values)
    kept = {0, count - 1}
    for begin in range(0, count, BLOCK):
        kept.update(extremes(values, begin, min(begin + BLOCK, count)))
    return sorted(kept)
