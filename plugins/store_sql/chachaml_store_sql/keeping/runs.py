"""Runs whole: out of their tables, and into them in place of what was there."""

from collections.abc import Mapping, Sequence
from typing import Any

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.keeping import WholeRun
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.values import JsonValue, canonical
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Table,
    bindparam,
    case,
    delete,
    select,
    update,
)

from chachaml_store_sql import rows
from chachaml_store_sql.annotations import insert_params
from chachaml_store_sql.compiled import Fetched, fetch, fetch_among, first, run_many
from chachaml_store_sql.datasets import insert_dataset
from chachaml_store_sql.experiments import counted, note_named, note_run
from chachaml_store_sql.runs import delete_pieces, insert_run, insert_tags
from chachaml_store_sql.schema import datasets, params, runs, series, tags
from chachaml_store_sql.series.append import BEHIND

Ids = Sequence[ColumnElement[Any]]


def whole_runs(connection: Connection, found: Sequence[Fetched]) -> list[WholeRun]:
    """Return runs of rows of runs with their environment and note, each with all that it has."""
    ids = [row[0] for row in found]
    own_params: dict[str, dict[str, JsonValue]] = {run_id: {} for run_id in ids}
    for run_id, key, value in fetch_among(connection, _params, ids):
        own_params[run_id][key] = rows.json_value(value)
    own_tags: dict[str, dict[str, str]] = {run_id: {} for run_id in ids}
    for run_id, key, value in fetch_among(connection, _tags, ids):
        own_tags[run_id][key] = value
    own_datasets: dict[str, list[Dataset]] = {run_id: [] for run_id in ids}
    for row in fetch_among(connection, _datasets, ids):
        own_datasets[row[1]].append(rows.dataset(row))
    own_metrics: dict[str, list[Metric]] = {run_id: [] for run_id in ids}
    for row in fetch_among(connection, _metrics, ids):
        own_metrics[row[-1]].append(rows.metric(row))
    return [
        WholeRun(
            run=rows.run(row),
            params=own_params[row[0]],
            tags=own_tags[row[0]],
            env=rows.json_value(row[-4]),  # type: ignore[arg-type]  # it is an object
            datasets=own_datasets[row[0]],
            note=row[-3],
            note_saved=rows.saved(row[-2:]),
            metrics=own_metrics[row[0]],
        )
        for row in found
    ]


def _params(ids: Ids) -> Executable:
    found = select(params.c.run_id, params.c.key, params.c.value)
    return found.where(params.c.run_id.in_(ids))


def _tags(ids: Ids) -> Executable:
    return select(tags.c.run_id, tags.c.key, tags.c.value).where(tags.c.run_id.in_(ids))


def _datasets(ids: Ids) -> Executable:
    found = select(datasets).where(datasets.c.run_id.in_(ids))
    return found.order_by(datasets.c.run_id, datasets.c.created_at, datasets.c.id)


def _metrics(ids: Ids) -> Executable:
    logged = case((series.c.logged < 0, series.c.logged + BEHIND), else_=series.c.logged)
    found = select(*rows.METRIC_COLUMNS, series.c.run_id).where(series.c.run_id.in_(ids))
    return found.order_by(series.c.run_id, logged, series.c.key)


def put_run(connection: Connection, whole: WholeRun) -> None:
    """Store a run as it is but for its parent, in place of one with its id and of all it had."""
    run = whole.run
    own = {"own_run": run.id}
    before = first(connection, _lock, own)
    if before is not None:
        experiment, status, archived = before
        note_run(connection, experiment, before=counted(status, archived), after=None)
        _clear(connection, own)
    kind = counted(run.status.value, run.archived)
    experiment = note_named(connection, run.experiment, new=kind, at=run.started_at)
    saved = whole.note_saved
    row = {
        "id": run.id,
        "experiment_id": experiment,
        "name": run.name,
        "status": run.status.value,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "created_by": run.created_by,
        "parent_run_id": None,
        "error": run.error,
        "archived": run.archived,
        "env": canonical(dict(whole.env)),
        "note": whole.note,
        "note_at": None if saved is None else saved.at,
        "note_by": None if saved is None else saved.by,
    }
    if before is None:
        insert_run(connection, row)
    else:
        fetch(connection, _update, {**own, **{f"new_{name}": row[name] for name in row}})
    insert_params(connection, run.id, whole.params)
    insert_tags(connection, run.id, whole.tags)
    for dataset in whole.datasets:
        insert_dataset(connection, dataset)


def _lock(_: Dialect) -> Executable:
    found = select(runs.c.experiment_id, runs.c.status, runs.c.archived)
    return found.where(runs.c.id == bindparam("own_run")).with_for_update()


def _update(_: Dialect) -> Executable:
    own = update(runs).where(runs.c.id == bindparam("own_run"))
    return own.values(
        {column.name: bindparam(f"new_{column.name}", type_=column.type) for column in runs.c}
    )


def _clear(connection: Connection, own: Mapping[str, str]) -> None:
    delete_pieces(connection, own["own_run"])
    for statement in (_clear_series, _clear_params, _clear_tags, _clear_datasets):
        fetch(connection, statement, own)


def _of_run(table: Table) -> Executable:
    return delete(table).where(table.c.run_id == bindparam("own_run"))


def _clear_series(_: Dialect) -> Executable:
    return _of_run(series)


def _clear_params(_: Dialect) -> Executable:
    return _of_run(params)


def _clear_tags(_: Dialect) -> Executable:
    return _of_run(tags)


def _clear_datasets(_: Dialect) -> Executable:
    return _of_run(datasets)


def put_parents(connection: Connection, parents: Mapping[str, str]) -> None:
    """Give runs the parents that they have."""
    run_many(
        connection,
        _set_parent,
        [{"own_run": run_id, "new_parent": parents[run_id]} for run_id in sorted(parents)],
    )


def _set_parent(_: Dialect) -> Executable:
    own = update(runs).where(runs.c.id == bindparam("own_run"))
    return own.values(parent_run_id=bindparam("new_parent"))
