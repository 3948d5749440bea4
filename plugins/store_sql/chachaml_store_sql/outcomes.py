"""Outcomes: what lists show of runs that have ended, each kept in one piece.

A run that has ended takes neither params nor points until it is resumed, so that a list does not
have to gather them again, a row for each.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any, TypeAlias

import msgspec
from chachaml_kernel.domain.runs import Headline
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Select,
    Table,
    bindparam,
    select,
)

from chachaml_store_sql import rows
from chachaml_store_sql.compiled import Fetched, fetch_among, run_many
from chachaml_store_sql.schema import outcomes, params, series
from chachaml_store_sql.upsert import insert_into

Bounds: TypeAlias = Sequence[ColumnElement[Any]]

Ended: TypeAlias = Mapping[str, int | None]
"""When runs have ended, by their ids; others are not in it."""


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


def find(connection: Connection, run_ids: Sequence[str], ended: Ended) -> dict[str, Outcome]:
    """Return the outcomes of runs, of which some have `ended`.

    What is kept counts only if it is of the end that the run has now; else the tables are asked.
    """
    known = {}
    for run_id, ended_at, body in fetch_among(connection, _find, [*ended]):
        if ended[run_id] == ended_at:
            with suppress(msgspec.DecodeError):  # the tables are what is true
                known[run_id] = _decoder.decode(body)
    return known | gather(connection, [run_id for run_id in run_ids if run_id not in known])


def keep(connection: Connection, ended: Ended) -> None:
    """Keep the outcomes of runs that have ended, and that nobody else changes meanwhile."""
    if ended:
        own = gather(connection, [*ended])
        bodies = {run_id: _encoder.encode(outcome) for run_id, outcome in own.items()}
        new = [{"run_id": each, "ended_at": ended[each], "body": bodies[each]} for each in ended]
        run_many(connection, _put, new)


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
    return select(outcomes).where(outcomes.c.run_id.in_(ids))


def _put(dialect: Dialect) -> Executable:
    row = insert_into(outcomes, dialect)
    new = row.values({column.name: bindparam(column.name) for column in outcomes.c})
    later = {"ended_at": row.excluded.ended_at, "body": row.excluded.body}
    return new.on_conflict_do_update(index_elements=["run_id"], set_=later)
