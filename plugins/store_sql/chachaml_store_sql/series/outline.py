"""Outlines of series: so many of their points that a curve through them looks the same."""

from chachaml_kernel.domain.metrics import Outline, Points, Window, thin
from sqlalchemy import Connection

from chachaml_store_sql.rows import AnyRow
from chachaml_store_sql.schema import chunks
from chachaml_store_sql.series import lazy, windows
from chachaml_store_sql.series.chunk import open_chunk
from chachaml_store_sql.series.read import (
    find_series,
    merged,
    points_in,
    read_block,
    read_chunks,
    read_rows,
)
from chachaml_store_sql.series.segments import BLOCK


def outline(
    connection: Connection, run_id: str, key: str, window: Window, *, max_points: int
) -> Outline:
    """Return so many of the points of one series that its curve looks the same.

    Of chunks that lie in the window whole, only the outline is read, where that is detailed enough.
    """
    series_id = find_series(connection, run_id, key)
    found = read_chunks(connection, series_id, window, chunks.c.outline)
    if sum(chunk.length for chunk in found) < max_points * BLOCK // 2:
        points = _whole(connection, run_id, key, window)
        return Outline(len(points), thin(points, max_points))
    count, parts = 0, []
    for chunk in found:
        if windows.is_whole(chunk, window):
            part, inside = open_chunk(chunk.outline).view(), chunk.length
        else:
            part = _points_of(connection, series_id, window, chunk)
            inside = len(part)
        count += inside
        parts.append((chunk.first_seq, part))
    rows = read_rows(connection, series_id, window)
    return Outline(count + len(rows), thin(merged(parts, rows), max_points))


def _whole(connection: Connection, run_id: str, key: str, window: Window) -> Points:
    parts: list[Points] = []
    begin: int | None = 0
    while begin is not None:
        block = read_block(connection, run_id, key, window, begin=begin)
        parts.append(block.points)
        begin = block.next
    return lazy.joined([part for part in parts if len(part)])


def _points_of(connection: Connection, series_id: int, window: Window, chunk: AnyRow) -> Points:
    here = Window("position", chunk.first_seq, chunk.first_seq)
    [whole] = read_chunks(connection, series_id, here, chunks.c.points)
    return points_in(whole, window)
