"""Spans: points of a series, by their position and by their step or time."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from chachaml_kernel.domain.metrics import MAX_STEP, MIN_STEP, Points, Window
from msgspec import Struct

from chachaml_store_sql.series import lazy

EVERYTHING = 2**63 - 1
"""As an end or a limit: none."""

Bounded: TypeAlias = Literal["step", "time"] | None
"""What the points of a span have bounds on, beside their position."""


class Span(Struct, frozen=True):
    """The points of a series from position `begin` up to `end`, without that.

    Where they are `bounded`, those of them whose step or time is from `first` to `last`.
    """

    series_id: int
    begin: int
    end: int
    bounded: Bounded
    first: int
    last: int


def span_of(series_id: int, window: Window, *, begin: int = 0) -> Span:
    """Return the points of a window that have the position `begin` or one behind it."""
    first = MIN_STEP if window.first is None else window.first
    last = MAX_STEP if window.last is None else window.last
    if window.axis == "position":
        begin = max(begin, first)
        end = max(begin, min(EVERYTHING, last + 1))  # a window may end before it begins
        return Span(series_id, begin, end, None, first, last)
    is_open = window.first is None and window.last is None
    return Span(series_id, begin, EVERYTHING, None if is_open else window.axis, first, last)


def inside(points: Points, span: Span, *, first_seq: int) -> Points:
    """Return those points that lie in a span; the first one has the position `first_seq`.

    Where they follow one another, only the column that has bounds is decoded.
    """
    begin, end = max(0, span.begin - first_seq), min(len(points), span.end - first_seq)
    if (begin, end) != (0, len(points)):
        points = lazy.part(points, begin, end)
    axis: Sequence[int | None] = points.times
    if span.bounded is None:
        return points
    if span.bounded == "step":
        axis = points.steps or [None] * len(points)
    first, last = span.first, span.last
    places = [i for i, at in enumerate(axis) if at is not None and first <= at <= last]
    if places and places[-1] - places[0] + 1 == len(places):
        return lazy.part(points, places[0], places[-1] + 1)
    return points.span(0, len(points)).take(places)
