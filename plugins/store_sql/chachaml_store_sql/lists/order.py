"""The orders of a list of runs, as tiers: all of one come before the next one's."""

from collections.abc import Sequence
from typing import Any

from chachaml_kernel.domain.query import Sort, SortBy
from chachaml_kernel.domain.runs import RunStatus
from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    exists,
    select,
)

from chachaml_store_sql import rows
from chachaml_store_sql.lists.headline import headline_series
from chachaml_store_sql.lists.keyset import Key
from chachaml_store_sql.lists.pages import Tier
from chachaml_store_sql.schema import params, runs, series, tags

NEWEST_FIRST = (
    Key(runs.c.started_at, descending=True),
    Key(runs.c.id, descending=True),
)

SORT_KEY = "sort_key"
"""The name under which the key of a metric, param or tag to sort by is bound."""


def preferred_names(count: int) -> list[str]:
    """Return the names under which the preferred keys of a headline are bound, first one first."""
    return [f"preferred_{place}" for place in range(count)]


def order_values(sort: Sort, preferred: Sequence[str]) -> dict[str, object]:
    """Return what is bound in the tiers of an order."""
    match sort.by:
        case "metric" | "param" | "tag":
            return {SORT_KEY: sort.key}
        case "headline":
            return dict(zip(preferred_names(len(preferred)), preferred, strict=True))
    return {}


def tiers(by: SortBy, *, descending: bool, preferred: int, few: bool) -> list[Tier]:
    """Return the tiers of an order, newest first among equals and where there is no value.

    `preferred` is how many keys there are for a run's headline. `few` tells that the filters leave
    few runs, so that an index on the order would have to be walked along for long.
    """
    match by:
        case "started_at":
            keys = (Key(runs.c.started_at, descending), NEWEST_FIRST[1])
            return [Tier(rows.select_runs(), keys)]
        case "status":
            return _by_status(descending=descending)
        case "name":
            return _by_own(Key(runs.c.name, descending), runs.c.name)
        case "duration":
            return _by_own(Key(runs.c.ended_at - runs.c.started_at, descending), runs.c.ended_at)
        case "headline":
            return _by_headline(preferred, descending=descending)
        case "metric":
            return _by_metric(descending=descending, few=few)
        case "param":
            return _by_param(descending=descending)
        case "tag":
            return [
                _tier(_having(tags), Key(tags.c.value, descending)),
                _tier(_without(tags)),
            ]


def _tier(statement: Select[Any], *keys: Key) -> Tier:
    return Tier(statement, (*keys, *NEWEST_FIRST))


def _by_status(*, descending: bool) -> list[Tier]:
    return [
        _tier(rows.select_runs().where(runs.c.status == status.value))
        for status in sorted(RunStatus, reverse=descending)
    ]


def _by_own(key: Key, column: ColumnElement[Any]) -> list[Tier]:
    return [
        _tier(rows.select_runs().where(column.is_not(None)), key),
        _tier(rows.select_runs().where(column.is_(None))),
    ]


def _by_metric(*, descending: bool, few: bool) -> list[Tier]:
    """Return: numbers, then NaN, then runs without the metric."""
    value, found = series.c.last_value, _looking_up_metric() if few else _having(series)
    newest_first = (Key(series.c.started_at, descending=True), NEWEST_FIRST[1])
    return [
        Tier(found.where(value.is_not(None)), (Key(value, descending), *newest_first)),
        Tier(found.where(value.is_(None)), newest_first),
        _tier(_without(series)),
    ]


def _by_param(*, descending: bool) -> list[Tier]:
    """Return: numbers, then texts, then runs without the param."""
    number, found = params.c.number, _having(params)
    return [
        _tier(found.where(number.is_not(None)), Key(number, descending)),
        _tier(found.where(number.is_(None)), Key(params.c.text, descending)),
        _tier(_without(params)),
    ]


def _having(table: Table) -> Select[Any]:
    """Return a select of the runs that have the key to sort by, joined with its row."""
    found = rows.select_runs().join(table, table.c.run_id == runs.c.id)
    return found.where(table.c.key == bindparam(SORT_KEY))


def _looking_up_metric() -> Select[Any]:
    """Return what `_having(series)` does, in words that have each run's series looked up."""
    own = series.alias("own")
    wanted = select(own.c.id).where(own.c.run_id == runs.c.id, own.c.key == bindparam(SORT_KEY))
    return rows.select_runs().join(series, series.c.id == wanted.correlate(runs).scalar_subquery())


def _without(table: Table) -> Select[Any]:
    own = exists().where(table.c.run_id == runs.c.id, table.c.key == bindparam(SORT_KEY))
    return rows.select_runs().where(~own.correlate(runs))


def _by_headline(preferred: int, *, descending: bool) -> list[Tier]:
    """Return: numbers, then NaN, then runs without a metric."""
    value = series.c.last_value
    named: list[ColumnElement[Any]] = [bindparam(name) for name in preferred_names(preferred)]
    found = rows.select_runs().join(series, series.c.id == headline_series(named))
    has_metrics = exists().where(series.c.run_id == runs.c.id).correlate(runs)
    return [
        _tier(found.where(value.is_not(None)), Key(value, descending)),
        _tier(found.where(value.is_(None))),
        _tier(rows.select_runs().where(~has_metrics)),
    ]
