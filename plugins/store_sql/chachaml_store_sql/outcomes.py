"""Outcomes: what lists show of runs that have ended, each kept in one piece.

A run that has ended takes neither params nor points until it is resumed, so that a list does not
have to gather them again, a row for each.
"""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

import msgspec
from chachaml_kernel.domain.runs import Headline, RunStatus
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Select,
    Table,
    bindparam,
    delete,
    select,
)

from chachaml_store_sql import rows
from chachaml_store_sql.compiled import Fetched, fetch, fetch_among, run_many
from chachaml_store_sql.schema import outcomes, params, runs, series
from chachaml_store_sql.upsert import insert_into

Bounds: TypeAlias = Sequence[ColumnElement[Any]]

AT_ONCE = 1_000
"""Runs that are gone through at a time."""


class Outcome(Struct, frozen=True, array_like=True):
    """The params of a run, as the text of a JSON object; of its metrics, in the order of their
    keys, the latest values and their steps; and which of them was logged last, if there is any."""

    params: str
    latest: dict[str, float]
    steps: list[int | None]
    last: str | None

    def headline(self, preferred: Sequence[str]) -> Headline | None:
        """Return the latest point of the first preferred key, else of what was logged last."""
        key = next((key for key in preferred if key in self.latest), self.last)
        if key is None:
            return None
        return Headline(key, self.latest[key], self.steps[list(self.latest).index(key)])


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Outcome)


def gather(connection: Connection, run_ids: Sequence[str]) -> dict[str, Outcome]:
    """Return the outcomes that runs would have if they ended now."""
    own_params: dict[str, list[str]] = {run_id: [] for run_id in run_ids}
    for run_id, key, value in fetch_among(connection, _params, run_ids):
        own_params[run_id].append(f"{_json(key)}:{value}")
    own_series: dict[str, list[Fetched]] = {run_id: [] for run_id in run_ids}
    for row in fetch_among(connection, _series, run_ids):
        own_series[row[-1]].append(row)
    return {run_id: outcome_of(own_params[run_id], own_series[run_id]) for run_id in run_ids}


def outcome_of(own_params: Sequence[str], own_series: Sequence[Fetched]) -> Outcome:
    """Return the outcome of a run.

    Params are members of a JSON object, series rows of `LATEST_COLUMNS`, which may have more
    columns behind them.
    """
    return Outcome(
        params=f"{{{','.join(own_params)}}}",
        latest={key: rows.real(value) for key, value, *_ in own_series},
        steps=[row[2] for row in own_series],
        last=max(own_series, key=itemgetter(3))[0] if own_series else None,
    )


def find(connection: Connection, run_ids: Sequence[str]) -> dict[str, Outcome]:
    """Return the outcomes of runs: those that are kept, and what the others have by now."""
    found = fetch_among(connection, _find, run_ids)
    known = {run_id: _decoder.decode(body) for run_id, body in found}
    return known | gather(connection, [run_id for run_id in run_ids if run_id not in known])


def keep(connection: Connection, run_ids: Sequence[str]) -> None:
    """Keep the outcomes of runs that have ended, and that nobody else changes meanwhile."""
    gathered = gather(connection, run_ids).items()
    new = [{"run_id": run_id, "body": _encoder.encode(outcome)} for run_id, outcome in gathered]
    run_many(connection, _put, new)


def lock_ended(connection: Connection, run_ids: Iterable[str]) -> list[str]:
    """Return those of some runs that have ended, and keep all from changing meanwhile."""
    found = fetch_among(connection, _lock, sorted(run_ids))  # in the order in which all lock
    return [run_id for run_id, status in found if status != RunStatus.RUNNING]


def drop(connection: Connection, run_id: str) -> None:
    """Forget the outcome of a run that is to take writes."""
    fetch(connection, _drop, {"own_run": run_id})


def keep_all(connection: Connection) -> None:
    """Keep the outcomes of all runs that have ended, in a database that nobody else uses."""
    last = ""
    while True:
        some = [row[0] for row in fetch(connection, _next_ended, {"last": last})]
        if not some:
            return
        keep(connection, some)
        last = some[-1]


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _of_runs(columns: Sequence[ColumnElement[Any]], table: Table, ids: Bounds) -> Select[Any]:
    """Return those rows of a table that belong to some runs, in the order of keys."""
    own = select(*columns).where(table.c.run_id.in_(ids))
    return own.order_by(table.c.run_id, table.c.key)


def _params(ids: Bounds) -> Executable:
    return _of_runs((params.c.run_id, params.c.key, params.c.value), params, ids)


def _series(ids: Bounds) -> Executable:
    return _of_runs((*rows.LATEST_COLUMNS, series.c.run_id), series, ids)


def _find(ids: Bounds) -> Executable:
    return select(outcomes.c.run_id, outcomes.c.body).where(outcomes.c.run_id.in_(ids))


def _lock(ids: Bounds) -> Executable:
    some = select(runs.c.id, runs.c.status).where(runs.c.id.in_(ids))
    return some.order_by(runs.c.id).with_for_update()


def _put(dialect: Dialect) -> Executable:
    row = insert_into(outcomes, dialect)
    new = row.values({column.name: bindparam(column.name) for column in outcomes.c})
    return new.on_conflict_do_update(index_elements=["run_id"], set_={"body": row.excluded.body})


def _drop(_: Dialect) -> Executable:
    return delete(outcomes).where(outcomes.c.run_id == bindparam("own_run"))


def _next_ended(_: Dialect) -> Executable:
    ended = runs.c.status != RunStatus.RUNNING.value, runs.c.id > bindparam("last")
    return select(runs.c.id).where(*ended).order_by(runs.c.id).limit(AT_ONCE)
