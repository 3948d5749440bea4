"""Reading series: chunks and rows put together in the order of logging, a block at a time."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from chachaml_kernel.domain.metrics import Points, Window
from chachaml_kernel.errors import NotFound
from sqlalchemy import ColumnElement, Connection, func, select

from chachaml_store_sql.rows import AnyRow, real
from chachaml_store_sql.runs import require_run
from chachaml_store_sql.schema import chunks, points, series
from chachaml_store_sql.series import lazy, windows
from chachaml_store_sql.series.chunk import open_chunk

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

    Chunks that have no point in the window are passed over unread, and what is read of others is
    decoded when it is looked at.
    """
    series_id = find_series(connection, run_id, key)
    found = read_chunks(
        connection, series_id, window, chunks.c.points, begin=begin, limit=CHUNKS_AT_ONCE
    )
    end = None
    if len(found) == CHUNKS_AT_ONCE:
        end = found[-1].first_seq + found[-1].length
    rows = read_rows(connection, series_id, window, begin=begin, end=end, limit=ROWS_AT_ONCE)
    if len(rows) == ROWS_AT_ONCE:
        end = rows[-1].seq + 1
        found = [chunk for chunk in found if chunk.first_seq < end]
    parts = [(chunk.first_seq, points_in(chunk, window, begin=begin)) for chunk in found]
    return Block(merged(parts, rows), end)


def find_series(connection: Connection, run_id: str, key: str) -> int:
    """Return the id of a series; raise `NotFound` for the run, or for the metric."""
    found: int | None = connection.execute(
        select(series.c.id).where(series.c.run_id == run_id, series.c.key == key)
    ).scalar()
    if found is None:
        raise _no_metric(connection, run_id, key)
    return found


def read_chunks(
    connection: Connection,
    series_id: int,
    window: Window,
    column: ColumnElement[bytes],
    *,
    begin: int = 0,
    limit: int | None = None,
) -> Sequence[AnyRow]:
    """Return the heads of chunks that may have points in a window, in order, with one more column.

    Of these, those that have a point at position `begin` or behind it.
    """
    conditions = [chunks.c.series_id == series_id, *windows.chunks_in(window)]
    if begin:
        before = select(func.max(chunks.c.first_seq)).where(
            chunks.c.series_id == series_id, chunks.c.first_seq <= begin
        )
        conditions += [
            chunks.c.first_seq >= func.coalesce(before.scalar_subquery(), begin),
            chunks.c.first_seq + chunks.c.length > begin,
        ]
    statement = select(*HEAD, column).where(*conditions).order_by(chunks.c.first_seq).limit(limit)
    return connection.execute(statement).all()


def read_rows(
    connection: Connection,
    series_id: int,
    window: Window,
    *,
    begin: int = 0,
    end: int | None = None,
    limit: int | None = None,
) -> Sequence[AnyRow]:
    """Return the rows that lie in a window, in order, from position `begin` up to `end`."""
    conditions = [points.c.series_id == series_id, points.c.seq >= begin, *windows.rows_in(window)]
    if end is not None:
        conditions.append(points.c.seq < end)
    statement = select(points.c.seq, points.c.step, points.c.at, points.c.value)
    ordered = statement.where(*conditions).order_by(points.c.seq).limit(limit)
    return connection.execute(ordered).all()


def points_in(chunk: AnyRow, window: Window, *, begin: int = 0) -> Points:
    """Return the points of a chunk, whole in `chunk.points`, that lie in a window.

    They are those from position `begin` on.
    """
    found, first = open_chunk(chunk.points).view(), chunk.first_seq
    if first < begin:
        found, first = lazy.part(found, begin - first, len(found)), begin
    return found if windows.is_whole(chunk, window) else windows.inside(found, window, begin=first)


def merged(parts: Sequence[tuple[int, Points]], rows: Sequence[AnyRow]) -> Points:
    """Put parts, each with the position of its first point, and rows into one order."""
    ordered: list[Points] = []
    done = 0
    for first_seq, part in parts:
        upto = bisect_left(rows, first_seq, lo=done, key=lambda row: row[0])
        ordered.append(_from_rows(rows[done:upto]))
        ordered.append(part)
        done = upto
    ordered.append(_from_rows(rows[done:]))
    return lazy.joined([part for part in ordered if len(part)])


def _from_rows(rows: Sequence[AnyRow]) -> Points:
    steps = [row[1] for row in rows]
    return Points(
        [real(row[3]) for row in rows],
        [row[2] for row in rows],
        None if steps.count(None) == len(steps) else steps,
    )


def _no_metric(connection: Connection, run_id: str, key: str) -> NotFound:
    require_run(connection, run_id, running=False)
    keys = connection.execute(
        select(series.c.key).where(series.c.run_id == run_id).order_by(series.c.key).limit(20)
    )
    known = ", ".join(repr(name) for name in keys.scalars()) or "none yet"
    return NotFound("metric", f"run {run_id!r} has no metric {key!r}; it has {known}")
