"""Runs to put side by side: a few queries for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from chachaml_kernel.domain.comparison import Side
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.query import RunQuery
from sqlalchemy import ColumnElement, Connection, Select, select

from chachaml_store_sql import rows
from chachaml_store_sql.compiled import fetch_among
from chachaml_store_sql.lists.runs import complete
from chachaml_store_sql.schema import datasets, runs, series

Bounds = Sequence[ColumnElement[Any]]


def get_sides(
    connection: Connection, run_ids: Sequence[str], *, headline: Sequence[str]
) -> list[Side]:
    """Return what is compared of those of some different runs that exist, in their order."""
    found = {row[0]: row for row in fetch_among(connection, _runs, run_ids)}
    ordered = [found[run_id] for run_id in run_ids if run_id in found]
    metrics, used = _metrics(connection, run_ids), _datasets(connection, run_ids)
    listed = complete(connection, ordered, RunQuery(headline=tuple(headline)))
    return [
        Side(row=row, metrics=metrics[row.run.id], env=_env(own[-1]), datasets=used[row.run.id])
        for row, own in zip(listed, ordered, strict=True)
    ]


def _env(text: str) -> dict[str, Any]:
    env = rows.json_value(text)
    return env if isinstance(env, dict) else {}


def _metrics(connection: Connection, run_ids: Sequence[str]) -> Mapping[str, list[Metric]]:
    by_run: dict[str, list[Metric]] = {run_id: [] for run_id in run_ids}
    for row in fetch_among(connection, _series, run_ids):
        by_run[row[-1]].append(rows.metric(row))
    return by_run


def _datasets(connection: Connection, run_ids: Sequence[str]) -> Mapping[str, list[Dataset]]:
    by_run: dict[str, list[Dataset]] = {run_id: [] for run_id in run_ids}
    for row in fetch_among(connection, _used, run_ids):
        dataset = rows.dataset(row)
        by_run[dataset.run_id].append(dataset)
    return by_run


def _runs(ids: Bounds) -> Select[Any]:
    return rows.select_runs().add_columns(runs.c.env).where(runs.c.id.in_(ids))


def _series(ids: Bounds) -> Select[Any]:
    found = select(*rows.METRIC_COLUMNS, series.c.run_id).where(series.c.run_id.in_(ids))
    return found.order_by(series.c.run_id, series.c.key)


def _used(ids: Bounds) -> Select[Any]:
    found = select(datasets).where(datasets.c.run_id.in_(ids))
    return found.order_by(datasets.c.created_at.desc(), datasets.c.id.desc())
