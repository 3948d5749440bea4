"""Sketches of many series at once: few points of each, found by a few queries for all."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from chachaml_kernel.domain.metrics import Outline, Points
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    literal_column,
    or_,
    select,
    true,
)

from chachaml_store_sql.compiled import Fetched, fetch_among
from chachaml_store_sql.schema import chunks, points, series
from chachaml_store_sql.series.codec.arithmetic import arithmetic_for
from chachaml_store_sql.series.codec.chunk import open_chunk
from chachaml_store_sql.series.outline import thin_parts
from chachaml_store_sql.series.queries import Row
from chachaml_store_sql.series.read import merged
from chachaml_store_sql.series.segments import BLOCK, LENGTH

SAMPLED = 128
"""Rows that are looked at of the newest points of a series, which are in no chunk yet."""

Bounds = Sequence[ColumnElement[Any]]


def sketches(
    connection: Connection, run_ids: Sequence[str], key: str, *, max_points: int
) -> Mapping[str, Outline]:
    """Return so many points of one key of each run that has it, from end to end.

    Of chunks only the outlines are read, where these have enough points, and of a series of very
    many chunks only those of so many as could have their least and greatest point kept.
    """
    found = fetch_among(connection, _series, run_ids, {"sketch_key": key})
    own = {series_id: (run_id, length) for series_id, run_id, length in found}
    detail = {"most": max_points // 2, "enough": max_points * BLOCK // 2}
    parts = _by_series(fetch_among(connection, _chunks, [*own], detail))
    rows = _by_series(fetch_among(connection, _rows, [*own]))
    arithmetic = arithmetic_for(0)
    sketched = {}
    for series_id, (run_id, length) in own.items():
        outlines: list[tuple[int, Points]] = [
            (first_seq, open_chunk(blob).view()) for _, first_seq, blob in parts.get(series_id, ())
        ]
        tail = [Row(*row[1:]) for row in rows.get(series_id, ())]
        thinned = thin_parts(merged(outlines, tail), max_points, arithmetic)
        sketched[run_id] = Outline(length, thinned)
    return sketched


def _by_series(found: Sequence[Fetched]) -> dict[int, list[Fetched]]:
    return {series_id: list(rows) for series_id, rows in groupby(found, key=itemgetter(0))}


def _series(ids: Bounds) -> Select[Any]:
    own = series.c.run_id.in_(ids), series.c.key == bindparam("sketch_key")
    return select(series.c.id, series.c.run_id, series.c.length).where(*own)


def _chunks(ids: Bounds) -> Select[Any]:
    stride = series.c.length // (LENGTH * bindparam("most")) + 1
    spread = (chunks.c.first_seq // LENGTH) % stride == 0
    is_last = chunks.c.first_seq + chunks.c.length == series.c.length
    is_short = series.c.length < bindparam("enough")
    blob = case((is_short, chunks.c.points), else_=chunks.c.outline)
    found = select(chunks.c.series_id, chunks.c.first_seq, blob)
    of_series = found.join_from(series, chunks, chunks.c.series_id == series.c.id)
    wanted = of_series.where(series.c.id.in_(ids), or_(spread, is_last))
    return wanted.order_by(chunks.c.series_id, chunks.c.first_seq)


def _rows(ids: Bounds) -> Select[Any]:
    """Return: look single rows up, from the last one of a series backwards, and the first one."""
    numbers = select(literal_column("0").label("number")).cte("numbers", recursive=True)
    following = select(numbers.c.number + literal_column("1"))
    numbers = numbers.union_all(following.where(numbers.c.number < literal_column(f"{SAMPLED}")))
    length = series.c.length
    stride = case((length < LENGTH, length), else_=LENGTH) // SAMPLED + 1
    is_end = numbers.c.number == literal_column(f"{SAMPLED}")
    backwards = length - 1 - numbers.c.number * stride
    place = points.c.seq == case((is_end, 0), else_=backwards)
    found = select(points.c.series_id, points.c.seq, points.c.step, points.c.at, points.c.value)
    looked_up = found.select_from(series).join(numbers, true())
    own = points.c.series_id == series.c.id
    wanted = looked_up.join(points, and_(own, place)).where(series.c.id.in_(ids))
    return wanted.distinct().order_by(points.c.series_id, points.c.seq)
