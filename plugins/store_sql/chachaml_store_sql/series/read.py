"""Reading series: chunks and rows put together in the order of logging, a block at a time."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from chachaml_kernel.domain.metrics import Outline, Points, Window, thin
from chachaml_kernel.errors import NotFound
from sqlalchemy import ColumnElement, Connection, func, select

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


CHUNKS_AT_ONCE = 8
ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Block:
    """Points one after another, none perhaps; the series goes on at position `next`, if at all."""

    points: Points
    next: int | None


def read_block(
    connection: Connection, run_id: str, key: str, window: Window, *, begin: int
) -> Block:
    """Return those points from position `begin` on that lie in a window, in order, up to a limit.

    Chunks that have no point in the window are passed over unread.
    """
    series_id = _series_id(connection, run_id, key)
    stored = _read_chunks(
        connection, series_id, window, chunks.c.points, begin=begin, limit=CHUNKS_AT_ONCE
    )
    end = None
    if len(stored) == CHUNKS_AT_ONCE:
        end = stored[-1].first_seq + stored[-1].length
    rows = _read_rows(connection, series_id, window, begin=begin, end=end, limit=ROWS_AT_ONCE)
    if len(rows) == ROWS_AT_ONCE:
        end = rows[-1].seq + 1
        stored = [row for row in stored if row.first_seq < end]
    parts = [(row.first_seq, _inside(row, row.points, window, begin=begin)) for row in stored]
    return Block(_join(parts, rows), end)


def _whole(connection: Connection, run_id: str, key: str, window: Window) -> Points:
    """Return all points that lie in a window."""
    parts: list[Points] = []
    begin: int | None = 0
    while begin is not None:
        block = read_block(connection, run_id, key, window, begin=begin)
        parts.append(block.points)
        begin = block.next
    return _concatenate([part for part in parts if len(part)])


def outline(
    connection: Connection, run_id: str, key: str, window: Window, *, max_points: int
) -> Outline:
    """Return so many of the points of one series that its curve looks the same.

    Of chunks that lie in the window whole, only the outline is read, where that is detailed enough.
    """
    series_id = _series_id(connection, run_id, key)
    found = _read_chunks(connection, series_id, window, chunks.c.outline)
    if sum(row.length for row in found) < max_points * BLOCK // 2:
        points = _whole(connection, run_id, key, window)
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
    connection: Connection,
    series_id: int,
    window: Window,
    column: ColumnElement[bytes],
    *,
    begin: int = 0,
    limit: int | None = None,
) -> Sequence[AnyRow]:
    """Return the heads of the chunks that reach into a window, in order, with one more column.

    Of them, those that have a point at position `begin` or behind it.
    """
    least, greatest = {
        "step": (chunks.c.least_step, chunks.c.greatest_step),
        "time": (chunks.c.least_at, chunks.c.greatest_at),
        "position": (chunks.c.first_seq, chunks.c.first_seq + chunks.c.length - 1),
    }[window.axis]
    statement = select(*HEAD, column).where(chunks.c.series_id == series_id)
    if begin:
        around = select(func.max(chunks.c.first_seq)).where(
            chunks.c.series_id == series_id, chunks.c.first_seq <= begin
        )
        statement = statement.where(
            chunks.c.first_seq >= func.coalesce(around.scalar_subquery(), begin),
            chunks.c.first_seq + chunks.c.length > begin,
        )
    if window.first is not None:
        statement = statement.where(greatest >= window.first)
    if window.last is not None:
        statement = statement.where(least <= window.last)
    return connection.execute(statement.order_by(chunks.c.first_seq).limit(limit)).all()


def _points_of(connection: Connection, series_id: int, first_seq: int) -> bytes:
    blob: bytes = connection.execute(
        select(chunks.c.points).where(
            chunks.c.series_id == series_id, chunks.c.first_seq == first_seq
        )
    ).scalar_one()
    return blob


def _read_rows(
    connection: Connection,
    series_id: int,
    window: Window,
    *,
    begin: int = 0,
    end: int | None = None,
    limit: int | None = None,
) -> Sequence[AnyRow]:
    axis = {"step": points.c.step, "time": points.c.at, "position": points.c.seq}[window.axis]
    statement = select(points.c.seq, points.c.step, points.c.at, points.c.value)
    conditions = [points.c.series_id == series_id, points.c.seq >= begin]
    if end is not None:
        conditions.append(points.c.seq < end)
    if window.first is not None:
        conditions.append(axis >= window.first)
    if window.last is not None:
        conditions.append(axis <= window.last)
    statement = statement.where(*conditions).order_by(points.c.seq).limit(limit)
    return connection.execute(statement).all()


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


def _inside(row: AnyRow, blob: bytes, window: Window, *, begin: int = 0) -> Points:
    """Return those points of a chunk that lie in a window, from position `begin` on."""
    part = open_chunk(blob).points()
    if row.first_seq < begin:
        part = part.span(begin - row.first_seq, row.length)
    if _is_whole(row, window):
        return part
    axis: Sequence[int | None] = part.times
    if window.axis == "step":
        axis = part.steps or [None] * len(part)
    elif window.axis == "position":
        axis = range(row.first_seq + row.length - len(part), row.first_seq + row.length)
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
