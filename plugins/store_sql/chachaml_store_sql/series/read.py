"""Reading series: chunks and rows put together in the order of logging."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain

from chachaml_kernel.domain.metrics import Outline, Points, Window, thin
from chachaml_kernel.errors import NotFound
from sqlalchemy import ColumnElement, Connection, select

from chachaml_store_sql.rows import AnyRow, real
from chachaml_store_sql.runs import require_run
from chachaml_store_sql.schema import chunks, points, series
from chachaml_store_sql.series.chunk import open_chunk
from chachaml_store_sql.series.segments import BLOCK

HEAD = (
    chunks.c.first_seq,
    chunks.c.length,
    chunks.c.least_step,
    chunks.c.greatest_step,
    chunks.c.every_step,
    chunks.c.least_at,
    chunks.c.greatest_at,
)


def history(connection: Connection, run_id: str, key: str, window: Window) -> Points:
    """Return the points of one series that lie in a window, in the order of logging."""
    series_id = _series_id(connection, run_id, key)
    stored = _read_chunks(connection, series_id, window, chunks.c.points)
    parts = [(row.first_seq, _inside(row, row.points, window)) for row in stored]
    return _join(parts, _read_rows(connection, series_id, window))


def outline(
    connection: Connection, run_id: str, key: str, window: Window, *, max_points: int
) -> Outline:
    """Return so many of the points of one series that its curve looks the same.

    Of chunks that lie in the window whole, only the outline is read, where that is detailed enough.
    """
    series_id = _series_id(connection, run_id, key)
    found = _read_chunks(connection, series_id, window, chunks.c.outline)
    if sum(row.length for row in found) < max_points * BLOCK // 2:
        points = history(connection, run_id, key, window)
        return Outline(len(points), thin(points, max_points))
    count, parts = 0, []
    for row in found:
        if _is_whole(row, window):
            part, inside = open_chunk(row.outline).points(), row.length
        else:
            blob = _points_of(connection, series_id, row.first_seq)
            part = _inside(row, blob, window)
            inside = len(part)
        count += inside
        parts.append((row.first_seq, part))
    rows = _read_rows(connection, series_id, window)
    return Outline(count + len(rows), thin(_join(parts, rows), max_points))


def _series_id(connection: Connection, run_id: str, key: str) -> int:
    found: int | None = connection.execute(
        select(series.c.id).where(series.c.run_id == run_id, series.c.key == key)
    ).scalar()
    if found is None:
        raise _no_metric(connection, run_id, key)
    return found


def _read_chunks(
    connection: Connection, series_id: int, window: Window, column: ColumnElement[bytes]
) -> Sequence[AnyRow]:
    """Return the heads of the chunks that reach into a window, in order, with one more column."""
    least, greatest = {
        "step": (chunks.c.least_step, chunks.c.greatest_step),
        "time": (chunks.c.least_at, chunks.c.greatest_at),
        "position": (chunks.c.first_seq, chunks.c.first_seq + chunks.c.length - 1),
    }[window.axis]
    statement = select(*HEAD, column).where(chunks.c.series_id == series_id)
    if window.first is not None:
        statement = statement.where(greatest >= window.first)
    if window.last is not None:
        statement = statement.where(least <= window.last)
    return connection.execute(statement.order_by(chunks.c.first_seq)).all()


def _points_of(connection: Connection, series_id: int, first_seq: int) -> bytes:
    blob: bytes = connection.execute(
        select(chunks.c.points).where(
            chunks.c.series_id == series_id, chunks.c.first_seq == first_seq
        )
    ).scalar_one()
    return blob


def _read_rows(connection: Connection, series_id: int, window: Window) -> Sequence[AnyRow]:
    axis = {"step": points.c.step, "time": points.c.at, "position": points.c.seq}[window.axis]
    statement = select(points.c.seq, points.c.step, points.c.at, points.c.value)
    conditions = [points.c.series_id == series_id]
    if window.first is not None:
        conditions.append(axis >= window.first)
    if window.last is not None:
        conditions.append(axis <= window.last)
    return connection.execute(statement.where(*conditions).order_by(points.c.seq)).all()


def _is_whole(row: AnyRow, window: Window) -> bool:
    """Tell whether all points of a chunk surely lie in a window."""
    if window.first is None and window.last is None:
        return True
    if window.axis == "step" and not row.every_step:
        return False
    least, greatest = {
        "step": (row.least_step, row.greatest_step),
        "time": (row.least_at, row.greatest_at),
        "position": (row.first_seq, row.first_seq + row.length - 1),
    }[window.axis]
    first = window.first is None or window.first <= least
    return first and (window.last is None or greatest <= window.last)


def _inside(row: AnyRow, blob: bytes, window: Window) -> Points:
    """Return those points of a chunk that lie in a window."""
    part = open_chunk(blob).points()
    if _is_whole(row, window):
        return part
    axis: Sequence[int | None] = part.times
    if window.axis == "step":
        axis = part.steps or [None] * len(part)
    elif window.axis == "position":
        axis = range(row.first_seq, row.first_seq + row.length)
    first = -(2**63) if window.first is None else window.first
    last = 2**63 - 1 if window.last is None else window.last
    return part.take([i for i, at in enumerate(axis) if at is not None and first <= at <= last])


def _join(parts: Sequence[tuple[int, Points]], rows: Sequence[AnyRow]) -> Points:
    """Put chunks, each with the number of its first point, and rows into one order."""
    ordered: list[Points] = []
    done = 0
    for first_seq, part in parts:
        upto = bisect_left(rows, first_seq, lo=done, key=lambda row: row[0])
        ordered.append(_from_rows(rows[done:upto]))
        ordered.append(part)
        done = upto
    ordered.append(_from_rows(rows[done:]))
    return _concatenate([part for part in ordered if len(part)])


def _from_rows(rows: Sequence[AnyRow]) -> Points:
    steps = [row[1] for row in rows]
    return Points(
        [real(row[3]) for row in rows],
        [row[2] for row in rows],
        None if steps.count(None) == len(steps) else steps,
    )


def _concatenate(parts: Sequence[Points]) -> Points:
    if len(parts) == 1:
        return parts[0]
    steps: list[int | None] | None = None
    if any(part.steps is not None for part in parts):
        steps = list(chain.from_iterable(part.steps or [None] * len(part) for part in parts))
    return Points(
        list(chain.from_iterable(part.values for part in parts)),
        list(chain.from_iterable(part.times for part in parts)),
        steps,
    )


def _no_metric(connection: Connection, run_id: str, key: str) -> NotFound:
    require_run(connection, run_id, running=False)
    keys = connection.execute(
        select(series.c.key).where(series.c.run_id == run_id).order_by(series.c.key).limit(20)
    )
    known = ", ".join(repr(name) for name in keys.scalars()) or "none yet"
    return NotFound("metric", f"run {run_id!r} has no metric {key!r}; it has {known}")
