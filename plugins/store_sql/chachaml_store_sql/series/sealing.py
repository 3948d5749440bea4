"""Sealing: rows of a series become a chunk, behind the writes and safe at any crash."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.runs import RunStatus
from sqlalchemy import Connection, delete, insert, select

from chachaml_store_sql.rows import AnyRow, real
from chachaml_store_sql.schema import chunks, points, runs, series
from chachaml_store_sql.series.segments import LENGTH, Segment, make, outline_of

WORTH = 16
"""Fewer rows than these at the end of a series stay rows: a chunk of them would not be smaller."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A chunk that may take the place of the rows that it was made of."""

    series_id: int
    first_seq: int
    segment: Segment


def encode_oldest(connection: Connection, series_id: int) -> Sealed | None:
    """Make the oldest rows of a series that can be a chunk into one; change nothing.

    Rows that others may still join are left alone, unless the run has ended.
    """
    rows = connection.execute(
        select(points.c.seq, points.c.step, points.c.at, points.c.value)
        .where(points.c.series_id == series_id)
        .order_by(points.c.seq)
        .limit(2 * LENGTH)
    ).all()
    for group, is_last in _groups(rows):
        if len(group) >= LENGTH or not is_last or _is_final(connection, series_id, group):
            return Sealed(series_id, group[0][0], _segment(group[:LENGTH]))
    return None


def _is_final(connection: Connection, series_id: int, group: Sequence[AnyRow]) -> bool:
    """Tell whether the last rows of a series are to become a chunk as they are.

    They are if a chunk lies behind them already; or if their run has ended and they are enough.
    """
    row = connection.execute(
        select(series.c.length, runs.c.status)
        .join(runs, runs.c.id == series.c.run_id)
        .where(series.c.id == series_id)
    ).first()
    if row is None:
        return False
    ended = row.status != RunStatus.RUNNING.value
    return group[-1][0] + 1 < row.length or (ended and len(group) >= WORTH)


def _groups(rows: Sequence[AnyRow]) -> Iterator[tuple[Sequence[AnyRow], bool]]:
    """Yield rows that follow one another, and whether they are the last ones.

    Between groups lies a chunk, which was appended whole.
    """
    begin = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or rows[end][0] != rows[end - 1][0] + 1:
            yield rows[begin:end], end == len(rows)
            begin = end


def _segment(rows: Sequence[AnyRow]) -> Segment:
    values, times = [real(row[3]) for row in rows], [row[2] for row in rows]
    points = Points(values, times, [row[1] for row in rows])
    return make(points, outline_of(points), thorough=True)


def put_in_place(connection: Connection, sealed: Sealed) -> None:
    """Put a chunk in the place of its rows.

    Raises `Overtaken` if they are not all there any more: they went with their run, or into a chunk
    that another process made of them.
    """
    first, length = sealed.first_seq, sealed.segment.length
    place = {"series_id": sealed.series_id, "first_seq": first}
    removed = connection.execute(
        delete(points).where(
            points.c.series_id == sealed.series_id,
            points.c.seq >= first,
            points.c.seq < first + length,
        )
    )
    if removed.rowcount != length:
        raise Overtaken
    connection.execute(insert(chunks).values(**place, **asdict(sealed.segment)))


def series_of_ended(connection: Connection, run_id: str | None = None) -> list[int]:
    """Return the ids of series with rows to seal: of one run that has ended, or of all of them."""
    statement = (
        select(series.c.id)
        .join(runs, runs.c.id == series.c.run_id)
        .where(
            series.c.length >= WORTH,
            runs.c.status != RunStatus.RUNNING.value,
            series.c.id.in_(select(points.c.series_id).distinct())
            if run_id is None
            else series.c.run_id == run_id,
        )
    )
    return list(connection.execute(statement).scalars())


class Overtaken(Exception):
    """The rows of a chunk were not all there any more when it was to take their place."""
