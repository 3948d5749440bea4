"""Outlines of series: so many of their points that a curve through them looks the same."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from chachaml_kernel.domain.metrics import Outline, Points, Window, thin, thinned
from sqlalchemy import Connection

from chachaml_store_sql.series import lazy
from chachaml_store_sql.series.chunk import open_chunk
from chachaml_store_sql.series.queries import read_chunks, read_outlines, read_rows
from chachaml_store_sql.series.read import find_series, is_whole, merged, points_in, read_block
from chachaml_store_sql.series.segments import BLOCK
from chachaml_store_sql.series.spans import span_of


def outline(
    connection: Connection, run_id: str, key: str, window: Window, *, max_points: int
) -> Outline:
    """Return so many of the points of one series that its curve looks the same.

    Of chunks that lie in the window whole, only the outline is read, where that is detailed enough.
    """
    series_id = find_series(connection, run_id, key)
    span = span_of(series_id, window)
    chunks = read_outlines(connection, span)
    if sum(chunk.length for chunk in chunks) < max_points * BLOCK // 2:
        points = _whole(connection, run_id, key, window)
        return Outline(len(points), thin(points, max_points))
    count, parts = 0, []
    for chunk in chunks:
        if is_whole(chunk, span):
            part, inside = open_chunk(chunk.blob).view(), chunk.length
        else:
            [whole] = read_chunks(
                connection, replace(span, begin=chunk.first_seq, end=chunk.first_seq + 1)
            )
            part = points_in(whole, span)
            inside = len(part)
        count += inside
        parts.append((chunk.first_seq, part))
    rows = read_rows(connection, span)
    return Outline(count + len(rows), _thin(merged(parts, rows), max_points))


def _whole(connection: Connection, run_id: str, key: str, window: Window) -> Points:
    parts: list[Points] = []
    begin: int | None = 0
    while begin is not None:
        block = read_block(connection, run_id, key, window, begin=begin)
        parts.append(block.points)
        begin = block.next
    return lazy.joined([part for part in parts if len(part)])


def _thin(parts: Sequence[Points], max_points: int) -> Points:
    """Return what `thin` returns of all parts; only those that it takes from are decoded whole."""
    places = thinned(lazy.joined(parts).values[:], max_points)
    taken, begin, done = [], 0, 0
    for part in parts:
        upto = bisect_left(places, begin + len(part), lo=done)
        if upto > done:
            columns = part.span(0, len(part))
            taken.append(columns.take([place - begin for place in places[done:upto]]))
        begin, done = begin + len(part), upto
    return lazy.joined(taken)
