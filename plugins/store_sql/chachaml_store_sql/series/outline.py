"""Outlines of series: so many of their points that a curve through them looks the same."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from chachaml_kernel.domain.metrics import Outline, Points, Window
from sqlalchemy import Connection

from chachaml_store_sql.series import lazy
from chachaml_store_sql.series.codec.arithmetic import Arithmetic, arithmetic_for
from chachaml_store_sql.series.codec.chunk import open_chunk
from chachaml_store_sql.series.queries import Head, read_chunks, read_outlines, read_rows
from chachaml_store_sql.series.read import block_of, find_series, is_whole, merged, points_in
from chachaml_store_sql.series.segments import BLOCK, outline_of
from chachaml_store_sql.series.spans import Span, span_of


def outline(
    connection: Connection, run_id: str, key: str, window: Window, *, max_points: int
) -> Outline:
    """Return so many of the points of one series that its curve looks the same.

    Of chunks that lie in the window whole, only the outline is read, where that is detailed enough.
    Of others, no more is kept.
    """
    series_id = find_series(connection, run_id, key)
    return outline_of_series(connection, series_id, window, max_points=max_points)


def outline_of_series(
    connection: Connection, series_id: int, window: Window, *, max_points: int
) -> Outline:
    """Return what `outline` does of a series."""
    span = span_of(series_id, window)
    chunks = read_outlines(connection, span)
    length, enough = sum(chunk.length for chunk in chunks), max_points * BLOCK // 2
    if length < enough:
        whole = _all_parts(connection, series_id, window)
        return Outline(sum(map(len, whole)), thin_parts(whole, max_points, arithmetic_for(length)))
    arithmetic = arithmetic_for(length // BLOCK)
    count = 0
    parts: list[tuple[int, Points]] = []
    exact: list[int] = []
    for chunk in chunks:
        if is_whole(chunk, span):
            part, inside = open_chunk(chunk.blob).view(), chunk.length
        else:
            part = _part_of(connection, chunk, span, arithmetic)
            inside = len(part)
            exact += [len(parts)] if inside else []
        count += inside
        parts.append((chunk.first_seq, part))
        if count >= enough:
            for place in exact:
                first_seq, part = parts[place]
                parts[place] = first_seq, outline_of(part)
            exact.clear()
    rows = read_rows(connection, span)
    return Outline(count + len(rows), thin_parts(merged(parts, rows), max_points, arithmetic))


def _part_of(connection: Connection, chunk: Head, span: Span, arithmetic: Arithmetic) -> Points:
    """Return the points of a chunk that lie in a span."""
    here = replace(span, begin=chunk.first_seq, end=chunk.first_seq + 1)
    [with_points] = read_chunks(connection, here)
    return points_in(with_points, span, arithmetic)


def _all_parts(connection: Connection, series_id: int, window: Window) -> list[Points]:
    parts: list[Points] = []
    begin: int | None = 0
    while begin is not None:
        block = block_of(connection, series_id, window, begin=begin)
        parts.append(block.points)
        begin = block.next
    return [part for part in parts if len(part)]


def thin_parts(parts: Sequence[Points], max_points: int, arithmetic: Arithmetic) -> Points:
    """Return what `thin` returns of all parts, decoded: who gets it shall not have to.

    Only those parts that it takes from are decoded whole.
    """
    values = array("d", lazy.joined(parts).values[:])
    places = arithmetic.thinned(values, max_points)
    taken, begin, done = [], 0, 0
    for part in parts:
        upto = bisect_left(places, begin + len(part), lo=done)
        if upto > done:
            columns = part.span(0, len(part))
            taken.append(columns.take([place - begin for place in places[done:upto]]))
        begin, done = begin + len(part), upto
    return lazy.joined(taken).span(0, len(places))
