"""The queries that read a series, compiled once for each dialect and kind of span.

There are many of them in a long read.
"""

import functools
from typing import Any, Literal, NamedTuple, TypeAlias

from msgspec.structs import asdict
from sqlalchemy import Connection, Dialect, Select, bindparam, func, literal_column, select

from chachaml_store_sql.compiled import Statement, compiled, run
from chachaml_store_sql.schema import chunks, points
from chachaml_store_sql.series.spans import EVERYTHING, Bounded, Span

Blob: TypeAlias = Literal["peaks", "outline", "points"]
"""What a chunk has of its points, from few of them to all."""


class Head(NamedTuple):
    """A chunk, with one of its blobs."""

    first_seq: int
    length: int
    least_step: int | None
    greatest_step: int | None
    every_step: bool
    least_at: int
    greatest_at: int
    blob: bytes


class Row(NamedTuple):
    """A point that is in no chunk; no value is NaN."""

    seq: int
    step: int | None
    at: int
    value: float | None


def read_chunks(
    connection: Connection, span: Span, *, blob: Blob = "points", limit: int = EVERYTHING
) -> list[Head]:
    """Return the chunks that may have points in a span, in order, with the blob asked for."""
    statement = _chunks(connection.dialect, span.bounded, blob)
    return list(map(Head._make, run(connection, statement, {**asdict(span), "limit": limit})))


def read_rows(connection: Connection, span: Span, *, limit: int = EVERYTHING) -> list[Row]:
    """Return the rows that lie in a span, in order."""
    statement = _rows(connection.dialect, span.bounded)
    return list(map(Row._make, run(connection, statement, {**asdict(span), "limit": limit})))


@functools.lru_cache(maxsize=64)
def _chunks(dialect: Dialect, bounded: Bounded, blob: Blob) -> Statement:
    """Return the query of chunks that may have points in a span."""
    of_series = chunks.c.series_id == bindparam("series_id")
    # The chunk that the span begins in is the last one that does not begin behind that.
    around = select(func.max(chunks.c.first_seq)).where(
        of_series, chunks.c.first_seq <= bindparam("begin")
    )
    query = select(*[chunks.c[name] for name in Head._fields[:-1]], chunks.c[blob]).where(
        of_series,
        chunks.c.first_seq >= func.coalesce(around.scalar_subquery(), bindparam("begin")),
        chunks.c.first_seq < bindparam("end"),
        chunks.c.first_seq + chunks.c.length > bindparam("begin"),
    )
    if bounded is not None:
        least, greatest = {
            "step": (chunks.c.least_step, chunks.c.greatest_step),
            "time": (chunks.c.least_at, chunks.c.greatest_at),
        }[bounded]
        query = query.where(greatest >= bindparam("first"), least <= bindparam("last"))
    return compiled(_limited(query.order_by(chunks.c.first_seq)), dialect)


@functools.lru_cache(maxsize=32)
def _rows(dialect: Dialect, bounded: Bounded) -> Statement:
    """Return the query of rows that lie in a window and a span."""
    query = select(points.c.seq, points.c.step, points.c.at, points.c.value).where(
        points.c.series_id == bindparam("series_id"),
        points.c.seq >= bindparam("begin"),
        points.c.seq < bindparam("end"),
    )
    if bounded is not None:
        place = {"step": points.c.step, "time": points.c.at}[bounded]
        query = query.where(place >= bindparam("first"), place <= bindparam("last"))
    return compiled(_limited(query.order_by(points.c.seq)), dialect)


def _limited(query: Select[Any]) -> Select[Any]:
    # SQLAlchemy gives SQLite an offset in any case, as a parameter if it is not told which.
    return query.limit(bindparam("limit")).offset(literal_column("0"))
