"""Windows of series: which chunks and rows reach into them, and which points lie in them."""

from collections.abc import Sequence

from chachaml_kernel.domain.metrics import MAX_STEP, MIN_STEP, Points, Window
from sqlalchemy import ColumnElement

from chachaml_store_sql.rows import AnyRow
from chachaml_store_sql.schema import chunks, points
from chachaml_store_sql.series.lazy import part


def chunks_in(window: Window) -> list[ColumnElement[bool]]:
    """Return the SQL for: these chunks may have points in the window."""
    least, greatest = {
        "step": (chunks.c.least_step, chunks.c.greatest_step),
        "time": (chunks.c.least_at, chunks.c.greatest_at),
        "position": (chunks.c.first_seq, chunks.c.first_seq + chunks.c.length - 1),
    }[window.axis]
    return _between(greatest, least, window)


def rows_in(window: Window) -> list[ColumnElement[bool]]:
    """Return the SQL for: these rows lie in the window."""
    axis = {"step": points.c.step, "time": points.c.at, "position": points.c.seq}[window.axis]
    return _between(axis, axis, window)


def _between(
    last: ColumnElement[int], first: ColumnElement[int], window: Window
) -> list[ColumnElement[bool]]:
    conditions = [last >= window.first] if window.first is not None else []
    if window.last is not None:
        conditions.append(first <= window.last)
    return conditions


def is_whole(chunk: AnyRow, window: Window) -> bool:
    """Tell whether all points of a chunk surely lie in a window."""
    if window.first is None and window.last is None:
        return True
    if window.axis == "step" and not chunk.every_step:
        return False
    least, greatest = {
        "step": (chunk.least_step, chunk.greatest_step),
        "time": (chunk.least_at, chunk.greatest_at),
        "position": (chunk.first_seq, chunk.first_seq + chunk.length - 1),
    }[window.axis]
    first = window.first is None or window.first <= least
    return first and (window.last is None or greatest <= window.last)


def inside(found: Points, window: Window, *, begin: int) -> Points:
    """Return those points that lie in a window; the first one has the position `begin`.

    Where they follow one another, only the column that the window is on is looked at.
    """
    axis: Sequence[int | None] = found.times
    if window.axis == "step":
        axis = found.steps or [None] * len(found)
    elif window.axis == "position":
        axis = range(begin, begin + len(found))
    first = MIN_STEP if window.first is None else window.first
    last = MAX_STEP if window.last is None else window.last
    places = [i for i, at in enumerate(axis) if at is not None and first <= at <= last]
    if places and places[-1] - places[0] + 1 == len(places):
        return part(found, places[0], places[-1] + 1)
    return found.span(0, len(found)).take(places)
