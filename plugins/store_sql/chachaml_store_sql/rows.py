"""Rows of the database as facts of the domain."""

import math
from typing import Any, TypeAlias

import msgspec
from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.runs import Run, RunStatus
from chachaml_kernel.domain.values import JsonValue
from sqlalchemy import Row, Select, select

from chachaml_store_sql.schema import artifacts, experiments, runs

AnyRow: TypeAlias = Row[*tuple[Any, ...]]

RUN_COLUMNS = (
    runs.c.id,
    experiments.c.name.label("experiment"),
    runs.c.name,
    runs.c.status,
    runs.c.started_at,
    runs.c.ended_at,
    runs.c.created_by,
    runs.c.parent_run_id,
    runs.c.error,
    runs.c.archived,
)


def select_runs() -> Select[Any]:
    """Return a select of runs as `run` reads them."""
    return select(*RUN_COLUMNS).join_from(runs, experiments)


def run(row: AnyRow) -> Run:
    """Read a run from a row of `RUN_COLUMNS`, which may have more columns behind them."""
    return Run(
        id=row.id,
        experiment=row.experiment,
        name=row.name,
        status=RunStatus(row.status),
        started_at=row.started_at,
        ended_at=row.ended_at,
        created_by=row.created_by,
        parent_run_id=row.parent_run_id,
        error=row.error,
        archived=row.archived,
    )


def real(value: float | None) -> float:
    """Read a column of type `Real`, where NULL means NaN."""
    return math.nan if value is None else value


def json_value(text: str) -> JsonValue:
    """Read a column of JSON text."""
    value: JsonValue = msgspec.json.decode(text)
    return value


def metric(row: AnyRow) -> Metric:
    """Read a metric from a row of the table of series."""
    return Metric(
        key=row.key,
        value=real(row.last_value),
        step=row.last_step,
        timestamp=row.last_at,
        count=row.length,
        min=real(row.least),
        max=real(row.greatest),
    )


ARTIFACT_COLUMNS = (
    artifacts.c.id,
    artifacts.c.run_id,
    artifacts.c.name,
    artifacts.c.size,
    artifacts.c.content_type,
    artifacts.c.sha256,
    artifacts.c.created_at,
)


def artifact(row: AnyRow) -> Artifact:
    """Read an artifact from a row of `ARTIFACT_COLUMNS`."""
    return Artifact(
        id=row.id,
        run_id=row.run_id,
        name=row.name,
        size=row.size,
        content_type=row.content_type,
        sha256=row.sha256,
        created_at=row.created_at,
    )


def dataset(row: AnyRow) -> Dataset:
    """Read a dataset from a row of the table of datasets."""
    return Dataset(
        id=row.id,
        run_id=row.run_id,
        role=row.role,
        name=row.name,
        n_rows=row.n_rows,
        n_cols=row.n_cols,
        features=json_value(row.features),
        hash=row.hash,
        source=row.source,
        created_at=row.created_at,
    )
