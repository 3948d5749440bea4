"""Reading series: chunks and rows put together in the order of logging, a block at a time."""

import math
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from chachaml_kernel.domain.metrics import Points, Window
from chachaml_kernel.errors import NotFound
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Dialect, Executable, bindparam, select

from chachaml_store_sql.compiled import first
from chachaml_store_sql.runs import require_run
from chachaml_store_sql.schema import series
from chachaml_store_sql.series import lazy
from chachaml_store_sql.series.codec.arithmetic import Arithmetic, arithmetic_for
from chachaml_store_sql.series.codec.chunk import open_chunk
from chachaml_store_sql.series.queries import Head, Row, read_chunks, read_rows
from chachaml_store_sql.series.spans import Span, inside, span_of

CHUNKS_AT_ONCE = 8
ROWS_AT_ONCE = 10_000


class Block(Struct, frozen=True):
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
    return block_of(connection, find_series(connection, run_id, key), window, begin=begin)


def block_of(connection: Connection, series_id: int, window: Window, *, begin: int) -> Block:
    """Return what `read_block` does of a series."""
    span = span_of(series_id, window, begin=begin)
    found = read_chunks(connection, span, limit=CHUNKS_AT_ONCE)
    following = None
    if len(found) == CHUNKS_AT_ONCE:
        following = found[-1].first_seq + found[-1].length
        span = replace(span, end=min(span.end, following))
    rows = read_rows(connection, span, limit=ROWS_AT_ONCE)
    if len(rows) == ROWS_AT_ONCE:
        following = rows[-1].seq + 1
        found = [chunk for chunk in found if chunk.first_seq < following]
    arithmetic = arithmetic_for(sum(chunk.length for chunk in found))
    parts = [(chunk.first_seq, points_in(chunk, span, arithmetic)) for chunk in found]
    return Block(lazy.joined(merged(parts, rows)), following)


def find_series(connection: Connection, run_id: str, key: str) -> int:
    """Return the id of a series; raise `NotFound` for the run, or for the metric."""
    found = series_if_any(connection, run_id, key)
    if found is None:
        raise _no_metric(connection, run_id, key)
    return found


def series_if_any(connection: Connection, run_id: str, key: str) -> int | None:
    """Return the id of a series; none if the run does not exist, or has no such metric."""
    row = first(connection, _series_id, {"run_id": run_id, "key": key})
    return None if row is None else row[0]


def _series_id(_: Dialect) -> Executable:
    of_run = series.c.run_id == bindparam("run_id")
    return select(series.c.id).where(of_run, series.c.key == bindparam("key"))


def is_whole(chunk: Head, span: Span) -> bool:
    """Tell whether all points of a chunk surely lie in a span."""
    if chunk.first_seq < span.begin or chunk.first_seq + chunk.length > span.end:
        return False
    if span.bounded == "time":
        return span.first <= chunk.least_at and chunk.greatest_at <= span.last
    if span.bounded is None:
        return True
    least, greatest = chunk.least_step, chunk.greatest_step
    if not chunk.every_step or least is None or greatest is None:
        return False
    return span.first <= least and greatest <= span.last


def points_in(chunk: Head, span: Span, arithmetic: Arithmetic) -> Points:
    """Return the points of a chunk, all of which it has in its blob, that lie in a span."""
    points = open_chunk(chunk.blob, arithmetic).view()
    return points if is_whole(chunk, span) else inside(points, span, first_seq=chunk.first_seq)


def merged(parts: Sequence[tuple[int, Points]], rows: Sequence[Row]) -> list[Points]:
    """Put parts, each with the position of its first point, and rows into one order."""
    ordered: list[Points] = []
    done = 0
    for first_seq, part in parts:
        upto = bisect_left(rows, first_seq, lo=done, key=attrgetter("seq"))
        ordered += [_from_rows(rows[done:upto]), part]
        done = upto
    ordered.append(_from_rows(rows[done:]))
    return [part for part in ordered if len(part)]


def _from_rows(rows: Sequence[Row]) -> Points:
    if not rows:
        return Points((), ())
    _, steps, times, values = zip(*rows, strict=True)
    return Points(
        array("d", [math.nan if value is None else value for value in values]),
        times,
        None if steps.count(None) == len(steps) else steps,
    )


def _no_metric(connection: Connection, run_id: str, key: str) -> NotFound:
    require_run(connection, run_id, running=False)
    keys = connection.execute(
        select(series.c.key).where(series.c.run_id == run_id).order_by(series.c.key).limit(20)
    )
    known = ", ".join(repr(name) for name in keys.scalars()) or "none yet"
    return NotFound("metric", f"run {run_id!r} has no metric {key!r}; it has {known}")
