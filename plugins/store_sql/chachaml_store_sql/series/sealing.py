"""Sealing: rows and short chunks of a series become a chunk, behind the writes."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.runs import RunStatus
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Table,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from chachaml_store_sql.compiled import Fetched, changed, fetch, first
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
    row = first(connection, _state, {"own_id": series_id})
    if row is None:
        return None
    length, settled, status = row
    stretch = _stretch(connection, series_id, settled, length, status)
    group = next_group(stretch, settled)
    segment = None
    if len(group):
        part = _read(connection, series_id, group)
        segment = make(part, outline_of(part), thorough=True)
    more = stretch.end < length or len(next_group(stretch, group.end)) > 0
    return Sealed(series_id, group, segment, more, length, status)


def _stretch(
    connection: Connection, series_id: int, settled: int, length: int, status: str
) -> Stretch:
    upto = min(length, settled + STRETCH)
    within = {"own_id": series_id, "first": settled, "end": upto}
    heads = [(begin, count) for begin, count in fetch(connection, _heads, within)]
    end = max(upto, sum(heads[-1])) if heads else upto
    final = end == length and status != RunStatus.RUNNING.value
    return Stretch(settled, end, heads, final)


def _read(connection: Connection, series_id: int, group: Group) -> Points:
    """Return the points of a group, from chunks and rows."""
    within = {"own_id": series_id, "first": group.first, "end": group.end}
    rows = fetch(connection, _rows, within)
    parts: list[Points] = []
    done = 0
    for first_seq, blob in fetch(connection, _blobs, within):
        upto = bisect_left(rows, first_seq, lo=done, key=itemgetter(0))
        parts += (_from_rows(rows[done:upto]), open_chunk(blob).points())
        done = upto
    return join([*parts, _from_rows(rows[done:])])


def _from_rows(rows: Sequence[Fetched]) -> Points:
    _, steps, times, values = zip(*rows, strict=True) if rows else ((),) * 4
    return Points([math.nan if value is None else value for value in values], times, steps)


def put_in_place(connection: Connection, sealed: Sealed) -> None:
    """Put a chunk in the place of its pieces.

    Raises `Overtaken` if it is not exactly those points that are there: they went with their run,
    or another process has sealed them.
    """
    group, own = sealed.group, {"own_id": sealed.series_id}
    if sealed.segment is not None:
        _remove(connection, {**own, "first": group.first, "end": group.end})
        fetch(connection, _insert, sealed.segment.row(sealed.series_id, group.first))
    fetch(connection, _settle, {**own, "upto": group.settled})
    if not sealed.more:
        as_it_was = {"length": sealed.length, "status": sealed.status}
        fetch(connection, _forget, {**own, **as_it_was})


def _remove(connection: Connection, within: Mapping[str, int]) -> None:
    """Remove the pieces that lie within a group; raise `Overtaken` unless they are all of it."""
    length = within["end"] - within["first"]
    lengths = [row[0] for row in fetch(connection, _remove_chunks, within)]
    rows = changed(connection, _remove_rows, within)
    if lengths == [length] or sum(lengths) + rows != length:
        raise Overtaken


def note_grown(connection: Connection, series_id: int) -> None:
    """Note that points of a series have gathered."""
    fetch(connection, _note, {"series_id": series_id})


def note_ended(connection: Connection, run_id: str) -> list[int]:
    """Note those series of a run that may have points to seal now; return their ids."""
    found = [row[0] for row in fetch(connection, _unsettled_of, {"own_run": run_id})]
    for series_id in found:
        note_grown(connection, series_id)
    return found


def noted(connection: Connection) -> list[int]:
    """Return the ids of the series that a server left to be sealed."""
    return [row[0] for row in fetch(connection, _noted)]


class Overtaken(Exception):
    """The pieces of a chunk were not all there any more when it was to take their place."""


def _state(_: Dialect) -> Executable:
    of_run = select(series.c.length, series.c.settled, runs.c.status)
    return of_run.join_from(series, runs).where(series.c.id == bindparam("own_id"))


def _within(table: Table, place: ColumnElement[int]) -> Sequence[ColumnElement[bool]]:
    """Return the conditions for pieces of a series that begin from `first` up to `end`."""
    own = table.c.series_id == bindparam("own_id")
    return own, place >= bindparam("first"), place < bindparam("end")


def _heads(_: Dialect) -> Executable:
    begin = chunks.c.first_seq
    return select(begin, chunks.c.length).where(*_within(chunks, begin)).order_by(begin)


def _blobs(_: Dialect) -> Executable:
    begin = chunks.c.first_seq
    return select(begin, chunks.c.points).where(*_within(chunks, begin)).order_by(begin)


def _rows(_: Dialect) -> Executable:
    columns = (points.c.seq, points.c.step, points.c.at, points.c.value)
    return select(*columns).where(*_within(points, points.c.seq)).order_by(points.c.seq)


def _remove_chunks(_: Dialect) -> Executable:
    begin, length = chunks.c.first_seq, chunks.c.length
    ends_within = begin + length <= bindparam("end")
    return delete(chunks).where(*_within(chunks, begin), ends_within).returning(length)


def _remove_rows(_: Dialect) -> Executable:
    return delete(points).where(*_within(points, points.c.seq))


def _insert(_: Dialect) -> Executable:
    return insert(chunks)


def _settle(_: Dialect) -> Executable:
    behind = series.c.id == bindparam("own_id"), series.c.settled < bindparam("upto")
    return update(series).where(*behind).values(settled=bindparam("upto"))


def _note(dialect: Dialect) -> Executable:
    return insert_into(unsettled, dialect).on_conflict_do_nothing()


def _unsettled_of(_: Dialect) -> Executable:
    enough = series.c.length - series.c.settled >= WORTH
    return select(series.c.id).where(series.c.run_id == bindparam("own_run"), enough)


def _noted(_: Dialect) -> Executable:
    return select(unsettled.c.series_id)


def _forget(_: Dialect) -> Executable:
    """Return the removal of a note, unless its series grew or its run ended meanwhile."""
    own = series.c.id == bindparam("own_id"), series.c.length == bindparam("length")
    of_run = runs.c.id == series.c.run_id, runs.c.status == bindparam("status")
    as_it_was = exists().where(*own, *of_run)
    return delete(unsettled).where(unsettled.c.series_id == bindparam("own_id"), as_it_was)
