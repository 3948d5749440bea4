"""Sealing: rows and short chunks of a series become a chunk, behind the writes."""

from collections.abc import Mapping, Sequence

from chachaml_kernel.domain.metrics import Points, Window
from chachaml_kernel.domain.runs import RunStatus
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from chachaml_store_sql.batches import hold_runs
from chachaml_store_sql.compiled import changed, fetch
from chachaml_store_sql.schema import chunks, points, runs, series
from chachaml_store_sql.series import lazy
from chachaml_store_sql.series.codec.chunk import open_chunk
from chachaml_store_sql.series.notes import forget
from chachaml_store_sql.series.pieces import Group, Stretch, next_group
from chachaml_store_sql.series.queries import read_chunks, read_rows
from chachaml_store_sql.series.read import merged
from chachaml_store_sql.series.segments import LENGTH, Segment, make, outline_of
from chachaml_store_sql.series.spans import span_of

STRETCH = 4 * LENGTH
"""Points whose chunks are looked at in one go."""


class State(Struct, frozen=True):
    """What there is to know of a series before its pieces are looked at."""

    run_id: str
    key: str
    length: int
    settled: int
    status: str


class Sealed(Struct, frozen=True):
    """A chunk that may take the place of the pieces it was made of, where there was one to make.

    `state` is what the series was in then; `more` tells whether it had further pieces to seal.
    """

    series_id: int
    state: State
    group: Group
    segment: Segment | None
    more: bool


def encode_next(connection: Connection, series_id: int) -> Sealed | None:
    """Make the oldest pieces of a series that can be a chunk into one; change nothing.

    Pieces that others may still join are left alone, unless the run has ended. Return none where
    there is no such series any more.
    """
    rows = fetch(connection, _state, {"own_id": series_id})
    if not rows:
        return None
    state = State(*rows[0])
    stretch = _stretch(connection, series_id, state)
    group = next_group(stretch, state.settled)
    segment = None
    if len(group):
        part = _read(connection, series_id, group)
        segment = make(part, outline_of(part), thorough=True)
    more = stretch.end < state.length or len(next_group(stretch, group.end)) > 0
    return Sealed(series_id, state, group, segment, more)


def _stretch(connection: Connection, series_id: int, state: State) -> Stretch:
    upto = min(state.length, state.settled + STRETCH)
    within = {"own_id": series_id, "begin": state.settled, "end": upto}
    heads = [(first, length) for first, length in fetch(connection, _heads, within)]
    end = max(upto, sum(heads[-1])) if heads else upto
    final = end == state.length and state.status != RunStatus.RUNNING.value
    return Stretch(state.settled, end, heads, final)


def _read(connection: Connection, series_id: int, group: Group) -> Points:
    """Return the points of a group, from chunks and rows."""
    span = span_of(series_id, Window("position", group.first, group.end - 1))
    found = read_chunks(connection, span)
    parts = [(chunk.first_seq, open_chunk(chunk.blob).points()) for chunk in found]
    return lazy.joined(merged(parts, read_rows(connection, span))).span(0, len(group))


def in_order(connection: Connection, sealed: Sequence[Sealed]) -> list[Sealed]:
    """Return chunks in the order in which one transaction may put them in place.

    It is that in which appends take series. Their runs neither end nor go until the transaction
    ends, so that no two writers wait for each other, and no note is removed that another one needs.
    """
    hold_runs(connection, (one.state.run_id for one in sealed))
    return sorted(sealed, key=lambda one: (one.state.run_id, one.state.key))


def put_in_place(connection: Connection, sealed: Sealed) -> None:
    """Put a chunk in the place of its pieces.

    Raises `Overtaken` if it is not exactly those points that are there: they went with their run,
    or another process has sealed them.
    """
    group, own = sealed.group, {"own_id": sealed.series_id}
    if sealed.segment is not None:
        _remove(connection, {**own, "begin": group.first, "end": group.end})
        fetch(connection, _insert, sealed.segment.row(sealed.series_id, group.first))
    fetch(connection, _settle, {**own, "upto": group.settled})
    if not sealed.more:
        state = sealed.state
        forget(connection, sealed.series_id, length=state.length, status=state.status)


def _remove(connection: Connection, within: Mapping[str, int]) -> None:
    """Remove the pieces that lie within a group; raise `Overtaken` unless they are all of it."""
    length = within["end"] - within["begin"]
    lengths = [row[0] for row in fetch(connection, _remove_chunks, within)]
    rows = changed(connection, _remove_rows, within)
    if lengths == [length] or sum(lengths) + rows != length:
        raise Overtaken


class Overtaken(Exception):
    """The pieces of a chunk were not all there any more when it was to take their place."""


def _state(_: Dialect) -> Executable:
    found = select(runs.c.id, series.c.key, series.c.length, series.c.settled, runs.c.status)
    return found.join_from(series, runs).where(series.c.id == bindparam("own_id"))


def _within(table: Table, first: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition for pieces of a series that begin from `begin` up to `end`."""
    own = table.c.series_id == bindparam("own_id")
    return and_(own, first >= bindparam("begin"), first < bindparam("end"))


def _heads(_: Dialect) -> Executable:
    first = chunks.c.first_seq
    return select(first, chunks.c.length).where(_within(chunks, first)).order_by(first)


def _remove_chunks(_: Dialect) -> Executable:
    first, length = chunks.c.first_seq, chunks.c.length
    whole = first + length <= bindparam("end")
    return delete(chunks).where(_within(chunks, first), whole).returning(length)


def _remove_rows(_: Dialect) -> Executable:
    return delete(points).where(_within(points, points.c.seq))


def _insert(_: Dialect) -> Executable:
    return insert(chunks)


def _settle(_: Dialect) -> Executable:
    # Also where nothing is settled anew, since it keeps appends waiting until the note is removed.
    behind = series.c.id == bindparam("own_id"), series.c.settled <= bindparam("upto")
    return update(series).where(*behind).values(settled=bindparam("upto"))
