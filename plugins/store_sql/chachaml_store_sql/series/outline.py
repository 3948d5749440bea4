"""Outlines of series: so many of their points that a curve through them looks the same."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from chachaml_kernel.domain.metrics import Outline, Points, Window
from msgspec.structs import replace
from sqlalchemy import Connection

from chachaml_store_sql.series import lazy, peaks
from chachaml_store_sql.series.codec.arithmetic import Arithmetic, arithmetic_for
from chachaml_store_sql.series.codec.chunk import open_chunk
from chachaml_store_sql.series.queries import Head, read_chunks, read_rows
from chachaml_store_sql.series.read import block_of, find_series, is_whole, merged, points_in
from chachaml_store_sql.series.segments import BLOCK, LENGTH, outline_of
from chachaml_store_sql.series.spans import Span, span_of


def outline(
    connection: Connection, run_id: str, key: str, window: Window, *, max_points: int
) -> Outline:
    """Return so many of the points of one series that its curve looks the same.

    Of chunks that lie in the window whole, only the peaks are read, or the outline, whichever is
    detailed enough. Of others, no more is kept.
    """
    series_id = find_series(connection, run_id, key)
    return outline_of_series(connection, series_id, window, max_points=max_points)


def outline_of_series(
    connection: Connection, series_id: int, window: Window, *, max_points: int
) -> Outline:
    """Return what `outline` does of a series."""
    span = span_of(series_id, window)
    chunks = read_chunks(connection, span, blob="peaks")
    length, enough = sum(chunk.length for chunk in chunks), max_points * BLOCK // 2
    if length < enough:
        all_parts = _all_parts(connection, series_id, window)
        thinned = thin_parts(all_parts, max_points, arithmetic_for(length))
        return Outline(sum(map(len, all_parts)), thinned)
    whole = sum(chunk.length for chunk in chunks if is_whole(chunk, span))
    if whole >= max_points * LENGTH // peaks.MOST:
        view, arithmetic = peaks.decode, arithmetic_for(length - whole)
        stretches = _stretches(chunks, span)
    else:
        view, arithmetic = _view, arithmetic_for(length // BLOCK)
        stretches = [[chunk] for chunk in read_chunks(connection, span, blob="outline")]
    drawn = _Drawn(enough)
    for stretch in stretches:
        chunk = stretch[0]
        if is_whole(chunk, span):
            count = sum(chunk.length for chunk in stretch)
            drawn.add(chunk.first_seq, view([chunk.blob for chunk in stretch]), count=count)
        else:
            drawn.add_exact(chunk.first_seq, _part_of(connection, chunk, span, arithmetic))
    rows = read_rows(connection, span)
    thinned = thin_parts(merged(drawn.parts, rows), max_points, arithmetic)
    return Outline(drawn.count + len(rows), thinned)


def _stretches(chunks: Sequence[Head], span: Span) -> list[list[Head]]:
    """Put chunks together that lie in a span whole and have no point between them."""
    stretches: list[list[Head]] = []
    following = None
    for chunk in chunks:
        whole = is_whole(chunk, span)
        if whole and chunk.first_seq == following:
            stretches[-1].append(chunk)
        else:
            stretches.append([chunk])
        following = chunk.first_seq + chunk.length if whole else None
    return stretches


def _view(blobs: Sequence[bytes]) -> Points:
    return lazy.joined([open_chunk(blob).view() for blob in blobs])


@dataclass(slots=True)
class _Drawn:
    """What chunks have to draw, each with its first position, and how many points that is of.

    Chunks of which some points alone are in the window stay exact until there are `enough` points.
    """

    enough: int
    count: int = 0
    parts: list[tuple[int, Points]] = field(default_factory=list)
    exact: list[int] = field(default_factory=list)

    def add(self, first_seq: int, part: Points, *, count: int) -> None:
        self.count += count
        self.parts.append((first_seq, part))
        if self.count >= self.enough:
            for place in self.exact:
                first_seq, part = self.parts[place]
                self.parts[place] = first_seq, outline_of(part)
            self.exact.clear()

    def add_exact(self, first_seq: int, part: Points) -> None:
        self.exact += [len(self.parts)] if len(part) else []
        self.add(first_seq, part, count=len(part))


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
