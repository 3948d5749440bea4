"""Metrics: named series of numbers of a run, and the thinning of long ones for drawing."""

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Literal, TypeAlias

from msgspec import Struct

from chachaml_kernel.errors import Invalid

MIN_STEP, MAX_STEP = -(2**63), 2**63 - 1
MAX_TIME = 8_640_000_000_000_000
"""The last millisecond that ECMAScript's Date can say; earlier than 0 is refused too."""

Axis: TypeAlias = Literal["step", "time", "position"]
"""What a window is on. A position counts the points of a series in the order of logging, from 0."""


class Points(Struct, frozen=True):
    """Points of one key as columns of one length, in the order in which they were logged.

    `values` are IEEE doubles, NaN and infinities included; `times` are milliseconds since the
    epoch; `steps` is none where no point has a step.
    """

    values: Sequence[float]
    times: Sequence[int]
    steps: Sequence[int | None] | None = None

    def __len__(self) -> int:
        """Return how many points there are."""
        return len(self.values)

    def span(self, begin: int, end: int) -> "Points":
        """Return the points from position `begin` up to `end`, without that."""
        return Points(
            self.values[begin:end],
            self.times[begin:end],
            None if self.steps is None else self.steps[begin:end],
        )

    def take(self, positions: Sequence[int]) -> "Points":
        """Return the points at `positions`, in that order."""
        return Points(
            [self.values[i] for i in positions],
            [self.times[i] for i in positions],
            None if self.steps is None else [self.steps[i] for i in positions],
        )


class Metric(Struct, frozen=True, kw_only=True):
    """One series in short: its latest point, and how many points and which range it has.

    Latest is the point that was logged last. `min` and `max` leave NaN out; where every value is
    NaN they are NaN.
    """

    key: str
    value: float
    step: int | None
    timestamp: int
    count: int
    min: float
    max: float


class Window(Struct, frozen=True):
    """Points whose `axis` lies from `first` to `last`, both included; none leaves an end open.

    A window on steps with an end set leaves points without a step out.
    """

    axis: Axis = "step"
    first: int | None = None
    last: int | None = None


class Outline(Struct, frozen=True):
    """A series as it is drawn: `points` are those to draw, of the `count` that there are."""

    count: int
    points: Points


def check_points(key: str, points: Points) -> None:
    """Raise `Invalid` if columns differ in length or a step or time is out of range."""
    count = len(points.values)
    if len(points.times) != count:
        raise Invalid(f"metric {key!r} has {count} values but {len(points.times)} timestamps")
    if points.times and (min(points.times) < 0 or max(points.times) > MAX_TIME):
        raise Invalid(
            f"metric {key!r} has a timestamp outside 0 to {MAX_TIME}; "
            "it is in milliseconds since the Unix epoch"
        )
    if points.steps is None:
        return
    if len(points.steps) != count:
        raise Invalid(f"metric {key!r} has {count} values but {len(points.steps)} steps")
    if isinstance(points.steps, array) and points.steps.typecode == "q":
        return  # 64-bit integers as they are, and there may be many
    given = [step for step in points.steps if step is not None]
    if given and (min(given) < MIN_STEP or max(given) > MAX_STEP):
        raise Invalid(f"metric {key!r} has a step outside the 64-bit integers")


def thin(points: Points, max_points: int) -> Points:
    """Return at most `max_points` of `points` so that a curve through them looks the same."""
    if len(points) <= max_points:
        return points
    return points.take(thinned(points.values, max_points))


def thinned(values: Sequence[float], max_points: int) -> list[int]:
    """Return the positions of at most `max_points` values so that their curve looks the same.

    The series is cut by position into equal buckets; of each its least and its greatest value are
    kept, and where there are NaNs the first NaN, in their order; so no peak and no gap is lost.
    First and last point always stay. This is the min-max selection of Donckt et al., "MinMaxLTTB"
    (2023). `max_points` is at least 2.
    """
    count = len(values)
    if count <= max_points:
        return list(range(count))
    has_nan = math.isnan(sum(values)) and any(map(math.isnan, values))
    return landmarks(values, buckets(count, max_points, has_nan=has_nan))


def buckets(count: int, max_points: int, *, has_nan: bool) -> list[tuple[int, int]]:
    """Return where the buckets begin and end of whose `count` values `thinned` keeps extremes."""
    number = (max_points - 2) // (3 if has_nan else 2)
    edges = [1 + bucket * (count - 2) // number for bucket in range(number + 1)] if number else []
    return list(pairwise(edges))


def landmarks(values: Sequence[float], spans: Iterable[tuple[int, int]]) -> list[int]:
    """Return the positions of both ends of a column, and in each span, given by where it begins
    and ends, of the least, the greatest and the first NaN value; each has one value at least.
    """
    kept = {0, len(values) - 1}
    if math.isnan(sum(values)):  # NaN is among them, or infinities of both signs are
        for begin, end in spans:
            kept.update(begin + place for place in _extremes(list(values[begin:end])))
    else:
        for begin, end in spans:
            part = list(values[begin:end])
            kept.add(begin + part.index(min(part)))
            kept.add(begin + part.index(max(part)))
    return sorted(kept)


def _extremes(span: list[float]) -> Iterator[int]:
    """Yield the positions of the least, the greatest and the first NaN value, where there are."""
    numbers = [value for value in span if value == value]
    if numbers:
        yield span.index(min(numbers))
        yield span.index(max(numbers))
    yield from islice((place for place, value in enumerate(span) if value != value), 1)
