"""Notes of which series may have something to seal, kept where the series are."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from chachaml_kernel.domain.runs import RunStatus
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    bindparam,
    delete,
    exists,
    select,
)

from chachaml_store_sql.compiled import Fetched, fetch, fetch_among
from chachaml_store_sql.schema import runs, series, unsettled
from chachaml_store_sql.series.append import Grown
from chachaml_store_sql.series.pieces import WORTH
from chachaml_store_sql.upsert import insert_into


def note_gathered(connection: Connection, grown: Iterable[Grown]) -> None:
    """Note those series whose points have gathered."""
    for one in grown:
        if one.has_gathered:
            fetch(connection, _note, {"series_id": one.series_id})


def note_ended(connection: Connection, run_id: str) -> list[int]:
    """Note those series of a run that may have points to seal now; return their ids."""
    return _note_all(connection, fetch(connection, _of_run, {"own_run": run_id, "worth": WORTH}))


def note_if_ended(
    connection: Connection, run_ids: Iterable[str], *, besides: AbstractSet[int]
) -> set[int]:
    """Note what `note_ended` does of those runs that have ended, but for some; return the ids."""
    found = fetch_among(connection, _of_ended, sorted(run_ids), {"worth": WORTH})
    return set(_note_all(connection, [row for row in found if row[0] not in besides]))


def _note_all(connection: Connection, found: Sequence[Fetched]) -> list[int]:
    ids = [row[0] for row in found]
    for series_id in ids:
        fetch(connection, _note, {"series_id": series_id})
    return ids


def _of_ended(ids: Sequence[ColumnElement[Any]]) -> Executable:
    enough = series.c.length - series.c.settled >= bindparam("worth")
    has_ended = runs.c.id == series.c.run_id, runs.c.status != RunStatus.RUNNING.value
    return select(series.c.id).where(series.c.run_id.in_(ids), enough, *has_ended)


def noted(connection: Connection) -> list[int]:
    """Return the ids of the series that were noted."""
    return [row[0] for row in fetch(connection, _noted)]


def forget(connection: Connection, series_id: int, *, length: int, status: str) -> None:
    """Remove a note, unless its series is longer now or its run has another status."""
    as_it_was = {"own_id": series_id, "own_length": length, "own_status": status}
    fetch(connection, _forget, as_it_was)


def _note(dialect: Dialect) -> Executable:
    note = insert_into(unsettled, dialect).values(series_id=bindparam("series_id"))
    return note.on_conflict_do_nothing()


def _of_run(_: Dialect) -> Executable:
    enough = series.c.length - series.c.settled >= bindparam("worth")
    return select(series.c.id).where(series.c.run_id == bindparam("own_run"), enough)


def _noted(_: Dialect) -> Executable:
    return select(unsettled.c.series_id)


def _forget(_: Dialect) -> Executable:
    own = series.c.id == bindparam("own_id"), series.c.length == bindparam("own_length")
    of_run = runs.c.id == series.c.run_id, runs.c.status == bindparam("own_status")
    as_it_was = exists().where(*own, *of_run)
    return delete(unsettled).where(unsettled.c.series_id == bindparam("own_id"), as_it_was)
