"""Lists of runs: four queries a page, however many runs, keys or points there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from chachaml_kernel.domain.paging import Page
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunKeys, RunRow
from sqlalchemy import Connection, Table, select

from chachaml_store_sql import rows
from chachaml_store_sql.pages import page_rows
from chachaml_store_sql.run_filters import conditions
from chachaml_store_sql.run_order import keys_and_joins
from chachaml_store_sql.run_reads import choose_headline
from chachaml_store_sql.schema import params, runs, series, tags


def list_runs(connection: Connection, query: RunQuery) -> Page[RunRow]:
    """Return one page of the runs that `query` describes, each with its params, tags, metrics."""
    keys, joins = keys_and_joins(query.sort, query.headline)
    statement = rows.select_runs().where(*conditions(query))
    for table, on in joins:
        statement = statement.outerjoin(table, on)
    found, following = page_rows(
        connection, statement, keys, limit=query.limit, position=query.after
    )
    return Page(_complete(connection, found, query), following)


def _complete(
    connection: Connection, found: Sequence[rows.AnyRow], query: RunQuery
) -> list[RunRow]:
    ids = [row.id for row in found]
    of_run = {table: _by_run(connection, table, ids) for table in (params, tags, series)}
    return [
        _row(row, of_run[params][row.id], of_run[tags][row.id], of_run[series][row.id], query)
        for row in found
    ]


def _row(
    row: rows.AnyRow,
    own_params: Sequence[rows.AnyRow],
    own_tags: Sequence[rows.AnyRow],
    own_series: Sequence[rows.AnyRow],
    query: RunQuery,
) -> RunRow:
    latest = {metric.key: rows.real(metric.last_value) for metric in own_series}
    return RunRow(
        run=rows.run(row),
        params={param.key: rows.json_value(param.value) for param in own_params},
        tags={tag.key: tag.value for tag in own_tags},
        latest=latest,
        headline=choose_headline(own_series, query.headline),
        matched=latest.get(query.metric.key) if query.metric else None,
    )


def _by_run(
    connection: Connection, table: Table, ids: Sequence[str]
) -> Mapping[str, Sequence[rows.AnyRow]]:
    """Return the rows of a table that belong to some runs, by run and in the order of keys."""
    grouped: dict[str, list[rows.AnyRow]] = defaultdict(list)
    for row in connection.execute(
        select(table).where(table.c.run_id.in_(ids)).order_by(table.c.run_id, table.c.key)
    ):
        grouped[row.run_id].append(row)
    return grouped


def run_keys(connection: Connection, query: RunQuery) -> RunKeys:
    """Return the keys that the runs of `query` have, whatever its limit."""
    ids = select(runs.c.id).where(*conditions(query))

    def keys_of(table: Table) -> Sequence[Any]:
        statement = select(table.c.key).distinct().where(table.c.run_id.in_(ids))
        return connection.execute(statement.order_by(table.c.key)).scalars().all()

    return RunKeys(params=keys_of(params), metrics=keys_of(series), tags=keys_of(tags))
