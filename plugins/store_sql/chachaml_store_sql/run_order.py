"""The orders of a list of runs."""

from collections.abc import Sequence
from typing import Any

from chachaml_kernel.domain.query import Sort
from sqlalchemy import ColumnElement, ScalarSelect, Table, and_, case, exists, func, select

from chachaml_store_sql.keyset import Key, missing_last
from chachaml_store_sql.schema import params, runs, series, tags

NEWEST_FIRST = (
    Key(runs.c.started_at, descending=True),
    Key(runs.c.id, descending=True, kind=str),
)


def keys_and_joins(
    sort: Sort, preferred: tuple[str, ...]
) -> tuple[list[Key], list[tuple[Table, ColumnElement[bool]]]]:
    """Return the keys of an order, newest first among equals, and what must be joined for them.

    `preferred` are the keys that make a run's headline, first one first.
    """
    keys: Sequence[Key]
    table = {"metric": series, "param": params, "tag": tags}.get(sort.by)
    joins = [] if table is None else [(table, _has_key(table, sort.key))]
    down = sort.descending
    match sort.by:
        case "started_at":
            keys = (Key(runs.c.started_at, descending=down),)
            return [*keys, Key(runs.c.id, descending=True, kind=str)], []
        case "name":
            keys = missing_last(runs.c.name, descending=down, kind=str)
        case "status":
            keys = (Key(runs.c.status, descending=down, kind=str),)
        case "duration":
            keys = missing_last(runs.c.ended_at - runs.c.started_at, descending=down)
        case "headline":
            has_metrics = exists().where(series.c.run_id == runs.c.id).correlate(runs)
            keys = _by_real(_headline_value(preferred), has_metrics, descending=down)
        case "metric":
            keys = _by_real(series.c.last_value, series.c.id.is_not(None), descending=down)
        case "tag":
            keys = missing_last(tags.c.value, descending=down, kind=str)
        case "param":
            keys = _by_param(descending=down)
    return [*keys, *NEWEST_FIRST], joins


def _has_key(table: Table, key: str) -> ColumnElement[bool]:
    return and_(table.c.run_id == runs.c.id, table.c.key == key)


def _by_real(
    value: ColumnElement[Any] | ScalarSelect[Any],
    is_there: ColumnElement[bool],
    *,
    descending: bool,
) -> list[Key]:
    """Order by a value of type `Real`: numbers, then NaN, then runs without it."""
    return [
        Key(case((value.is_not(None), 0), (is_there, 1), else_=2)),
        Key(func.coalesce(value, 0), descending),
    ]


def _by_param(*, descending: bool) -> list[Key]:
    """Order by a param: numbers, then texts, then runs without it."""
    is_number, is_there = params.c.number.is_not(None), params.c.text.is_not(None)
    return [
        Key(case((is_number, 0), (is_there, 1), else_=2)),
        Key(func.coalesce(params.c.number, 0), descending),
        Key(case((is_number, ""), else_=func.coalesce(params.c.text, "")), descending, str),
    ]


def _headline_value(preferred: tuple[str, ...]) -> ScalarSelect[Any]:
    """Return a run's headline value as a subquery: NULL where it is NaN or there is none."""
    ranks = [(series.c.key == key, place) for place, key in enumerate(preferred)]
    order = [case(*ranks, else_=len(ranks))] if ranks else []
    return (
        select(series.c.last_value)
        .where(series.c.run_id == runs.c.id)
        .order_by(*order, series.c.logged.desc())
        .limit(1)
        .scalar_subquery()
    )
