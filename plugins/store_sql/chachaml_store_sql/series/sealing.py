"""Sealing: rows and short chunks of a series become a chunk, behind the writes."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.runs import RunStatus
from sqlalchemy import Connection, delete, exists, insert, select, update

from chachaml_store_sql.rows import AnyRow
from chachaml_store_sql.schema import chunks, points, runs, series, unsettled
from chachaml_store_sql.series.chunk import open_chunk
from chachaml_store_sql.series.groups import WORTH, Group, Stretch, next_group
from chachaml_store_sql.series.segments import LENGTH, Segment, join, make, outline_of
from chachaml_store_sql.upsert import insert_into

STRETCH = 4 * LENGTH
"""Points whose chunks are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A chunk that may take the place of the pieces it was made of, where there was one to make.

    `length` and `status` are those of the series and its run at that time; `more` tells whether the
    series had further pieces to seal.
    """

    series_id: int
    group: Group
    segment: Segment | None
    more: bool
    length: int
    status: str


def encode_next(connection: Connection, series_id: int) -> Sealed | None:
    """Make the oldest pieces of a series that can be a chunk into one; change nothing.

    Pieces that others may still join are left alone, unless the run has ended. Return none where
    there is no such series any more.
    """
    row = connection.execute(
        select(series.c.length, series.c.settled, runs.c.status)
        .join(runs, runs.c.id == series.c.run_id)
        .where(series.c.id == series_id)
    ).first()
    if row is None:
        return None
    stretch = _stretch(connection, series_id, row)
    group = next_group(stretch, stretch.begin)
    segment = None
    if len(group):
        part = _read(connection, series_id, group)
        segment = make(part, outline_of(part), thorough=True)
    more = stretch.end < row.length or len(next_group(stretch, group.end)) > 0
    return Sealed(series_id, group, segment, more, row.length, row.status)


def _stretch(connection: Connection, series_id: int, row: AnyRow) -> Stretch:
    upto = min(row.length, row.settled + STRETCH)
    found = connection.execute(
        select(chunks.c.first_seq, chunks.c.length)
        .where(
            chunks.c.series_id == series_id,
            chunks.c.first_seq >= row.settled,
            chunks.c.first_seq < upto,
        )
        .order_by(chunks.c.first_seq)
    )
    heads = [(first, length) for first, length in found]
    end = max(upto, sum(heads[-1])) if heads else upto
    final = end == row.length and row.status != RunStatus.RUNNING.value
    return Stretch(row.settled, end, heads, final)


def _read(connection: Connection, series_id: int, group: Group) -> Points:
    """Return the points of a group, from chunks and rows."""
    stored = connection.execute(
        select(chunks.c.first_seq, chunks.c.points)
        .where(
            chunks.c.series_id == series_id,
            chunks.c.first_seq >= group.first,
            chunks.c.first_seq < group.end,
        )
        .order_by(chunks.c.first_seq)
    ).all()
    rows = connection.execute(
        select(points.c.seq, points.c.step, points.c.at, points.c.value)
        .where(
            points.c.series_id == series_id, points.c.seq >= group.first, points.c.seq < group.end
        )
        .order_by(points.c.seq)
    ).all()
    parts: list[Points] = []
    done = 0
    for first_seq, blob in stored:
        upto = bisect_left(rows, first_seq, lo=done, key=itemgetter(0))
        parts += (_from_rows(rows[done:upto]), open_chunk(blob).points())
        done = upto
    return join([*parts, _from_rows(rows[done:])])


def _from_rows(rows: Sequence[AnyRow]) -> Points:
    _, steps, times, values = zip(*rows, strict=True) if rows else ((),) * 4
    return Points([math.nan if value is None else value for value in values], times, steps)


def put_in_place(connection: Connection, sealed: Sealed) -> None:
    """Put a chunk in the place of its pieces.

    Raises `Overtaken` if it is not exactly those points that are there: they went with their run,
    or another process has sealed them.
    """
    if sealed.segment is not None:
        _remove(connection, sealed.series_id, sealed.group)
        row = sealed.segment.row(sealed.series_id, sealed.group.first)
        connection.execute(insert(chunks).values(**row))
    settled = sealed.group.settled
    connection.execute(
        update(series)
        .where(series.c.id == sealed.series_id, series.c.settled < settled)
        .values(settled=settled)
    )
    if not sealed.more:
        _forget(connection, sealed)


def _remove(connection: Connection, series_id: int, group: Group) -> None:
    """Remove the pieces that lie within a group; raise `Overtaken` unless they are all of it."""
    from_chunks = connection.execute(
        delete(chunks)
        .where(
            chunks.c.series_id == series_id,
            chunks.c.first_seq >= group.first,
            chunks.c.first_seq < group.end,
            chunks.c.first_seq + chunks.c.length <= group.end,
        )
        .returning(chunks.c.length)
    )
    lengths = from_chunks.scalars().all()
    from_rows = connection.execute(
        delete(points).where(
            points.c.series_id == series_id,
            points.c.seq >= group.first,
            points.c.seq < group.end,
        )
    )
    if lengths == [len(group)] or sum(lengths) + from_rows.rowcount != len(group):
        raise Overtaken


def _forget(connection: Connection, sealed: Sealed) -> None:
    """Note that a series is settled, unless it grew or its run ended meanwhile."""
    as_it_was = (
        exists()
        .where(series.c.id == sealed.series_id, series.c.length == sealed.length)
        .where(runs.c.id == series.c.run_id, runs.c.status == sealed.status)
    )
    connection.execute(
        delete(unsettled).where(unsettled.c.series_id == sealed.series_id, as_it_was)
    )


def note_grown(connection: Connection, series_id: int) -> None:
    """Note that points of a series have gathered."""
    note = insert_into(unsettled, connection.dialect).values(series_id=series_id)
    connection.execute(note.on_conflict_do_nothing())


def note_ended(connection: Connection, run_id: str) -> list[int]:
    """Note those series of a run that have points to seal once it has ended; return their ids."""
    of_run = select(series.c.id).where(
        series.c.run_id == run_id, series.c.length - series.c.settled >= WORTH
    )
    found = list(connection.execute(of_run).scalars())
    if found:
        note = insert_into(unsettled, connection.dialect).from_select(["series_id"], of_run)
        connection.execute(note.on_conflict_do_nothing())
    return found


def noted(connection: Connection) -> list[int]:
    """Return the ids of the series that a server left to be sealed."""
    return list(connection.execute(select(unsettled.c.series_id)).scalars())


class Overtaken(Exception):
    """The pieces of a chunk were not all there any more when it was to take their place."""
