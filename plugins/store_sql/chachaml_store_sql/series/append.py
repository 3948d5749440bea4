"""Appends: points in, as rows where they are few and as chunks where they are many."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Protocol

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.metrics import Points
from sqlalchemy import Connection

from chachaml_store_sql.once import apply_once
from chachaml_store_sql.runs import no_run, refuse_ended
from chachaml_store_sql.series.sealing import note_grown
from chachaml_store_sql.series.segments import LENGTH, Segment, cut, make, outline_of
from chachaml_store_sql.series.statements import Statements, statements

MANY = 64
"""From so many points of a key on, an append is stored as chunks at once, and fewer become rows.
Both gather until they make a chunk of a good length."""


@dataclass(frozen=True, slots=True)
class Addition:
    """Points of one key, ready to be stored: chunks of them, or none where they become rows.

    `least` and `greatest` leave NaN out; where every value is NaN there are none.
    """

    key: str
    points: Points
    least: float | None
    greatest: float | None
    segments: Sequence[Segment] = ()


@dataclass(frozen=True, slots=True)
class Grown:
    """What an append did to a series: `added` points made it `length` points long."""

    series_id: int
    added: int
    length: int

    @property
    def has_gathered(self) -> bool:
        """Whether these points went past another chunk's length."""
        return self.length // LENGTH > (self.length - self.added) // LENGTH


def prepare(new: Mapping[str, Points]) -> list[Addition]:
    """Encode what becomes chunks, which takes a while and needs no connection."""
    return [_prepare(key, points) for key, points in new.items() if len(points)]


def _prepare(key: str, points: Points) -> Addition:
    if len(points) < MANY:
        return Addition(key, points, *_extremes(points.values))
    parts = cut(points)
    outlines = list(map(outline_of, parts))
    peaks = _extremes([value for outline in outlines for value in outline.values])
    return Addition(key, points, *peaks, segments=list(map(make, parts, outlines)))


def _extremes(values: Sequence[float]) -> tuple[float | None, float | None]:
    total = sum(values)
    if total != total:  # NaN is among them, or infinities of both signs are
        values = [value for value in values if value == value]
    return min(values, default=None), max(values, default=None)


class Ticks:
    """Numbers that rise with time: microseconds, and one more where the clock does not move on."""

    def __init__(self) -> None:
        """Begin with no number given."""
        self._last = 0

    def take(self, count: int) -> int:
        """Return the first of `count` numbers that are given to nobody else."""
        first = max(self._last + 1, time.time_ns() // 1_000)
        self._last = first + count - 1
        return first


@dataclass(frozen=True, slots=True)
class Append:
    """Points to append to series of one run, as the writer of a database gets them."""

    run_id: str
    additions: Sequence[Addition]
    once: Once | None
    ticks: Ticks


class Appender(Protocol):
    """Appends points durably; it may put several appends into one transaction."""

    async def __call__(self, append: Append, /) -> Sequence[Grown]:
        """Return what `append_one` returns, or raise what that raises, for this append alone."""
        ...


def append_one(connection: Connection, append: Append) -> list[Grown]:
    """Append points to series of a run that takes writes, or find that this was done before."""
    if append.once is None:
        return _append(connection, append)
    return apply_once(connection, append.once, list[Grown], lambda c: _append(c, append))


def _append(connection: Connection, append: Append) -> list[Grown]:
    hot = statements(connection.dialect)
    logged = append.ticks.take(len(append.additions))
    cursor = connection.connection.cursor()
    try:
        cursor.execute(hot.status.sql, hot.status.arguments({"run_id": append.run_id}))
        row = cursor.fetchone()
        if row is None:
            raise no_run(append.run_id)
        refuse_ended(append.run_id, row[0])
        grown = [
            _add(cursor, hot, addition, _summary(append.run_id, addition, logged + place))
            for place, addition in enumerate(append.additions)
        ]
    finally:
        cursor.close()
    for one in grown:
        if one.has_gathered:
            note_grown(connection, one.series_id)
    return grown


def _add(
    cursor: Any,  # noqa: ANN401  (DB-API drivers agree on less than they take)
    hot: Statements,
    addition: Addition,
    summary: Mapping[str, object],
) -> Grown:
    cursor.execute(hot.extend.sql, hot.extend.arguments(summary))
    series_id, length = cursor.fetchone()
    seq = length - len(addition.points)
    if not addition.segments:
        cursor.executemany(hot.add_point.sql, _rows(series_id, seq, addition.points))
        return Grown(series_id, len(addition.points), length)
    for segment in addition.segments:
        row = segment.row(series_id, seq)
        cursor.execute(hot.add_chunk.sql, hot.add_chunk.arguments(row))
        seq += segment.length
    return Grown(series_id, len(addition.points), length)


def _rows(series_id: int, seq: int, points: Points) -> Any:  # noqa: ANN401  (as above)
    count = len(points)
    steps = repeat(None, count) if points.steps is None else points.steps
    return zip(
        repeat(series_id, count),
        range(seq, seq + count),
        steps,
        points.times,
        points.values,
        strict=True,
    )


def _summary(run_id: str, addition: Addition, logged: int) -> dict[str, object]:
    """Return what an append adds to the row of its series; NULL stands for NaN."""
    points = addition.points
    last = points.values[-1]
    return {
        "run_id": run_id,
        "key": addition.key,
        "length": len(points),
        "last_value": last if last == last else None,
        "last_step": None if points.steps is None else points.steps[-1],
        "last_at": points.times[-1],
        "least": addition.least,
        "greatest": addition.greatest,
        "logged": logged,
        "settled": 0,
    }
