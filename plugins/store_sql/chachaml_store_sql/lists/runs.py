"""Lists of runs: a few queries a page, however many runs, keys or points there are."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.query import RunQuery, SortBy
from chachaml_kernel.domain.runs import RunKeys, RunRow, RunStatus
from chachaml_kernel.domain.values import JsonValue
from sqlalchemy import ColumnElement, Connection, Select, Table, false, func, select

from chachaml_store_sql import outcomes, rows
from chachaml_store_sql.compiled import Fetched, fetch_among
from chachaml_store_sql.lists.filters import Shape, conditions, filter_values, shapes
from chachaml_store_sql.lists.order import order_values, tiers
from chachaml_store_sql.lists.pages import Tier, page_rows
from chachaml_store_sql.lists.plan import Plan, plan, plan_near
from chachaml_store_sql.lists.wanted import filters
from chachaml_store_sql.outcomes import Outcome
from chachaml_store_sql.schema import params, runs, series, tags

Bounds = Sequence[ColumnElement[Any]]


def list_runs(connection: Connection, query: RunQuery) -> Page[RunRow]:
    """Return one page of the runs that `query` describes, each with its params, tags, metrics."""
    near = plan_near(connection, query)
    found, following = _page(connection, query, Plan(near)) if near else ([], None)
    if following is None:  # they may not be all
        found, following = _page(connection, query, plan(connection, query))
    return Page(complete(connection, found, query), following)


def _page(
    connection: Connection, query: RunQuery, planned: Plan
) -> tuple[Sequence[Fetched], Position | None]:
    listed = run_tiers(
        shapes(planned.filters),
        query.sort.by,
        descending=query.sort.descending,
        preferred=len(query.headline),
        few=planned.few,
        numbers_only=planned.numbers_only,
    )
    values = {**filter_values(planned.filters), **order_values(query.sort, query.headline)}
    return page_rows(connection, listed, values, limit=query.limit, position=query.after)


@functools.lru_cache(maxsize=200)
def run_tiers(
    filtered: tuple[Shape, ...],
    by: SortBy,
    *,
    descending: bool,
    preferred: int,
    few: bool,
    numbers_only: bool,
) -> Sequence[Tier]:
    """Return the tiers of lists that have these filters and this order; the same ones each time.

    `numbers_only` leaves those away that are about runs whose sorting value is no number.
    """
    wanted = conditions(filtered)
    listed = tiers(by, descending=descending, preferred=preferred, few=few)
    return [
        Tier(tier.statement.where(*wanted), tier.keys)
        for tier in (listed[:1] if numbers_only else listed)
    ]


def complete(connection: Connection, found: Sequence[Fetched], query: RunQuery) -> list[RunRow]:
    """Return rows of `RUN_COLUMNS`, which may have more columns, as a list shows these runs."""
    ids = [row[0] for row in found]
    ended = {row[0]: row[5] for row in found if row[3] != RunStatus.RUNNING}
    own = outcomes.find(connection, ids, ended)
    all_params = msgspec.json.decode(f"[{','.join([own[run_id].params for run_id in ids])}]")
    own_tags = _tags(connection, ids)
    children = dict(map(tuple, fetch_among(connection, _count_children, ids)))
    return [
        _row(
            row,
            own_params,
            own_tags[row[0]],
            own[row[0]],
            query,
            children=children.get(row[0], 0),
        )
        for row, own_params in zip(found, all_params, strict=True)
    ]


def _row(
    row: Fetched,
    own_params: Mapping[str, JsonValue],
    own_tags: Mapping[str, str],
    outcome: Outcome,
    query: RunQuery,
    *,
    children: int,
) -> RunRow:
    return RunRow(
        run=rows.run(row),
        params=own_params,
        tags=own_tags,
        latest=outcome.latest,
        headline=outcome.headline(query.headline),
        matched=outcome.latest.get(query.metric.key) if query.metric else None,
        children=children,
    )


def _tags(connection: Connection, ids: Sequence[str]) -> Mapping[str, dict[str, str]]:
    by_run: dict[str, dict[str, str]] = {run_id: {} for run_id in ids}
    for run_id, key, value in fetch_among(connection, _select_tags, ids):
        by_run[run_id][key] = value
    return by_run


def _select_tags(ids: Bounds) -> Select[Any]:
    found = select(tags.c.run_id, tags.c.key, tags.c.value).where(tags.c.run_id.in_(ids))
    return found.order_by(tags.c.run_id, tags.c.key)


def _count_children(ids: Bounds) -> Select[Any]:
    parent = runs.c.parent_run_id
    found = select(parent, func.count()).where(parent.in_(ids), runs.c.archived == false())
    return found.group_by(parent)


def run_keys(connection: Connection, query: RunQuery) -> RunKeys:
    """Return the keys that the runs of `query` have, whatever its limit."""
    wanted = filters(query)
    ids = select(runs.c.id).where(*conditions(shapes(wanted)))

    def keys_of(table: Table) -> Sequence[Any]:
        statement = select(table.c.key).distinct().where(table.c.run_id.in_(ids))
        found = connection.execute(statement.order_by(table.c.key), filter_values(wanted))
        return found.scalars().all()

    return RunKeys(params=keys_of(params), metrics=keys_of(series), tags=keys_of(tags))
