"""The points of a run's series: many short series in one go, a long one by blocks."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from chachaml_kernel.domain.keeping import Block
from chachaml_kernel.domain.metrics import Points, Window
from chachaml_kernel.errors import Upstream
from sqlalchemy import ColumnElement, Connection, Executable, bindparam, select

from chachaml_store_sql.compiled import fetch_among
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.schema import chunks, points, series
from chachaml_store_sql.series import lazy, read
from chachaml_store_sql.series.codec.chunk import open_chunk
from chachaml_store_sql.series.codec.columns import Damaged
from chachaml_store_sql.series.queries import Row

TOGETHER = 20_000
"""Points of several series that are read in one go."""

Ids = Sequence[ColumnElement[Any]]


class Place(NamedTuple):
    """Where a series is, and how long."""

    key: str
    series_id: int
    length: int


async def points_of(run: Runner, run_id: str, keys: Sequence[str]) -> AsyncIterator[Block]:
    """Yield the points of series of a run in the order of `keys`, all of it decoded.

    Raises `NotFound` for the run or a metric, and `Upstream` for what is damaged.
    """
    places = await run(partial(_places, run_id=run_id, keys=keys))
    for some in _together(places):
        if some[0].length <= TOGETHER:
            for block in await run(partial(_short, run_id=run_id, places=some)):
                yield block
        else:
            async for block in _long(run, run_id, some[0]):
                yield block


def _places(connection: Connection, run_id: str, keys: Sequence[str]) -> list[Place]:
    found = fetch_among(connection, _series, keys, {"run_id": run_id})
    by_key = {place.key: place for place in map(Place._make, found)}
    for key in keys:
        if key not in by_key:
            read.find_series(connection, run_id, key)  # says what is missing
    return [by_key[key] for key in keys]


def _series(keys: Ids) -> Executable:
    of_run = series.c.run_id == bindparam("run_id"), series.c.key.in_(keys)
    return select(series.c.key, series.c.id, series.c.length).where(*of_run)


def _together(places: Sequence[Place]) -> Iterator[list[Place]]:
    """Cut series into parts of `TOGETHER` points at most; one that is longer is alone."""
    some: list[Place] = []
    for place in places:
        if some and sum(one.length for one in some) + place.length > TOGETHER:
            yield some
            some = []
        some.append(place)
    if some:
        yield some


def _short(connection: Connection, run_id: str, places: Sequence[Place]) -> list[Block]:
    ids = [place.series_id for place in places]
    parts: dict[int, list[tuple[int, bytes]]] = defaultdict(list)
    for series_id, first_seq, blob in fetch_among(connection, _chunks, ids):
        parts[series_id].append((first_seq, blob))
    rows: dict[int, list[Row]] = defaultdict(list)
    for series_id, *row in fetch_among(connection, _rows, ids):
        rows[series_id].append(Row._make(row))
    return [
        Block(run_id, key, _put_together(run_id, key, parts[series_id], rows[series_id]))
        for key, series_id, _ in places
        if parts[series_id] or rows[series_id]
    ]


def _chunks(ids: Ids) -> Executable:
    found = select(chunks.c.series_id, chunks.c.first_seq, chunks.c.points)
    return found.where(chunks.c.series_id.in_(ids)).order_by(chunks.c.series_id, chunks.c.first_seq)


def _rows(ids: Ids) -> Executable:
    place = points.c.series_id, points.c.seq
    found = select(*place, points.c.step, points.c.at, points.c.value)
    return found.where(points.c.series_id.in_(ids)).order_by(*place)


def _put_together(
    run_id: str, key: str, blobs: Sequence[tuple[int, bytes]], rows: Sequence[Row]
) -> Points:
    parts = []
    for first_seq, blob in blobs:
        try:
            parts.append((first_seq, open_chunk(blob).points()))
        except Damaged as error:
            raise _damaged(run_id, key, first_seq, error) from error
    return _decoded(lazy.joined(read.merged(parts, rows)))


async def _long(run: Runner, run_id: str, place: Place) -> AsyncIterator[Block]:
    begin: int | None = 0
    while begin is not None:
        block = await run(partial(_block, run_id=run_id, place=place, begin=begin))
        if len(block.points):
            yield Block(run_id, place.key, block.points)
        begin = block.next


def _block(connection: Connection, run_id: str, place: Place, begin: int) -> read.Block:
    try:
        block = read.block_of(connection, place.series_id, Window(), begin=begin)
        return read.Block(_decoded(block.points), block.next)
    except Damaged as error:
        raise _damaged(run_id, place.key, begin, error) from error


def _decoded(points: Points) -> Points:
    return points.span(0, len(points))


def _damaged(run_id: str, key: str, begin: int, error: Damaged) -> Upstream:
    return Upstream(
        f"the points of metric {key!r} of run {run_id!r} are damaged behind the first "
        f"{begin}: {error}; restore a backup"
    )
