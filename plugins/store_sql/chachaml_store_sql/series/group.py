"""Appends of many clients at once: a few statements for all of them together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import NotFound
from sqlalchemy import ColumnElement, Connection, Executable, select

from chachaml_store_sql import outcomes
from chachaml_store_sql.batches import COLUMNS, Row, hold_runs, run_batches
from chachaml_store_sql.compiled import fetch_among
from chachaml_store_sql.once import apply_once
from chachaml_store_sql.runs import no_run, refuse_ended
from chachaml_store_sql.schema import runs
from chachaml_store_sql.series.append import Append, Grown, summary
from chachaml_store_sql.series.notes import note_gathered
from chachaml_store_sql.series.segments import Segment


def append_group(
    connection: Connection, appends: Sequence[Append]
) -> list[Sequence[Grown] | NotFound]:
    """Append to series of runs that take writes; return for each what it did or why it may not.

    What may not has written nothing. Idempotency keys are not looked at. What is raised leaves the
    appends half done, so that the caller has to roll back.
    """
    found = hold_runs(connection, (append.run_id for append in appends))
    statuses: dict[str, str] = {run_id: status for run_id, status, _ in found}
    starts: dict[str, int] = {run_id: started_at for run_id, _, started_at in found}
    refusals = [_refusal(append.run_id, statuses.get(append.run_id)) for append in appends]
    taken = [append for append, refused in zip(appends, refusals, strict=True) if not refused]
    grown = iter(_append_all(connection, taken, starts))
    return [refused or next(grown) for refused in refusals]


def append_to_all(connection: Connection, appends: Sequence[Append]) -> list[Grown]:
    """Append to series of runs that are there, whatever their status."""
    run_ids = sorted({append.run_id for append in appends})  # in the order in which all lock
    found = fetch_among(connection, _lock, run_ids)
    starts: dict[str, int] = {run_id: started_at for run_id, _, started_at, _ in found}
    running = RunStatus.RUNNING
    ended = {run_id: ended_at for run_id, status, _, ended_at in found if status != running}
    for append in appends:
        if append.run_id not in starts:
            raise no_run(append.run_id)
    all_grown = _append_all(connection, appends, starts)
    outcomes.keep(connection, ended)
    return [one for grown in all_grown for one in grown]


def _lock(ids: Sequence[ColumnElement[Any]]) -> Executable:
    own = select(runs.c.id, runs.c.status, runs.c.started_at, runs.c.ended_at)
    return own.where(runs.c.id.in_(ids)).order_by(runs.c.id).with_for_update()


def append_one(connection: Connection, append: Append) -> Sequence[Grown]:
    """Append points to series of a run that takes writes, or find that this was done before."""
    if append.once is None:
        return _append_or_raise(connection, append)
    return apply_once(connection, append.once, list[Grown], lambda c: _append_or_raise(c, append))


def _append_or_raise(connection: Connection, append: Append) -> list[Grown]:
    [outcome] = append_group(connection, [append])
    if isinstance(outcome, NotFound):
        raise outcome
    return list(outcome)


def _refusal(run_id: str, status: str | None) -> NotFound | None:
    if status is None:
        return no_run(run_id)
    try:
        refuse_ended(run_id, status)
    except NotFound as refused:
        return refused
    return None


@dataclass(slots=True)
class Place:
    """Where a series goes on."""

    series_id: int
    seq: int


def _append_all(
    connection: Connection, appends: Sequence[Append], starts: Mapping[str, int]
) -> list[list[Grown]]:
    places = _extend(connection, appends, starts)
    points: list[Row] = []
    chunks: list[Row] = []
    all_grown = []
    for append in appends:
        grown = []
        for addition in append.additions:
            place = places[append.run_id, addition.key]
            if addition.segments:
                chunks.extend(_chunk_rows(place, addition.segments))
            else:
                points.extend(_point_rows(place, addition.points))
            place.seq += len(addition.points)
            grown.append(Grown(place.series_id, len(addition.points), place.seq))
        all_grown.append(grown)
    run_batches(connection, "add_points", points)
    run_batches(connection, "add_chunks", chunks)
    note_gathered(connection, chain.from_iterable(all_grown))
    return all_grown


def _extend(
    connection: Connection, appends: Sequence[Append], starts: Mapping[str, int]
) -> dict[tuple[str, str], Place]:
    """Bring the rows of all series up to date; return where each of them went on until now."""
    new: dict[tuple[str, str], Mapping[str, Any]] = {}
    for append in appends:
        logged = append.ticks.take(len(append.additions))
        for number, addition in enumerate(append.additions, logged):
            which = append.run_id, addition.key
            own = {"started_at": starts[append.run_id]}
            later = summary(append.run_id, addition, number) | own
            new[which] = _sum(new[which], later) if which in new else later
    # All writers take the rows in one order, so that no two wait for each other.
    rows = [[new[which][name] for name in COLUMNS["extend"]] for which in sorted(new)]
    return {
        (run_id, key): Place(series_id, length - new[run_id, key]["length"])
        for series_id, run_id, key, length in run_batches(connection, "extend", rows)
    }


def _sum(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the summary of points of one series that were logged one after the other."""
    least = [end["least"] for end in (earlier, later) if end["least"] is not None]
    greatest = [end["greatest"] for end in (earlier, later) if end["greatest"] is not None]
    return {
        **later,
        "length": earlier["length"] + later["length"],
        "least": min(least, default=None),
        "greatest": max(greatest, default=None),
    }


def _point_rows(place: Place, points: Points) -> Iterable[Row]:
    count = len(points)
    steps = repeat(None, count) if points.steps is None else points.steps
    numbers = range(place.seq, place.seq + count)
    series_ids = repeat(place.series_id, count)
    values = [value if value == value else None for value in points.values]
    return zip(series_ids, numbers, steps, points.times, values, strict=True)


def _chunk_rows(place: Place, segments: Sequence[Segment]) -> Iterable[Row]:
    seq = place.seq
    for segment in segments:
        columns = segment.row(place.series_id, seq)
        yield [columns[name] for name in COLUMNS["add_chunks"]]
        seq += segment.length
