"""Rows of the database as facts of the domain.

Rows are read by position, so that it does not matter whether the driver or SQLAlchemy made them.
"""

import math
from typing import Any, TypeAlias

import msgspec
from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.runs import Run, RunStatus
from chachaml_kernel.domain.values import JsonValue
from sqlalchemy import Row, Select, select

from chachaml_store_sql.compiled import Fetched
from chachaml_store_sql.schema import artifacts, experiments, runs, series

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


def run(row: Fetched) -> Run:
    """Read a run from a row of `RUN_COLUMNS`, which may have more columns behind them."""
    return Run(
        id=row[0],
        experiment=row[1],
        name=row[2],
        status=RunStatus(row[3]),
        started_at=row[4],
        ended_at=row[5],
        created_by=row[6],
        parent_run_id=row[7],
        error=row[8],
        archived=bool(row[9]),
    )


def saved(row: Fetched) -> Saved | None:
    """Read when and by whom a note was saved, if it ever was."""
    at, by = row
    return None if at is None else Saved(at, by)


def real(value: float | None) -> float:
    """Read a column of type `Real`, where NULL means NaN."""
    return math.nan if value is None else value


def json_value(text: str) -> JsonValue:
    """Read a column of JSON text."""
    value: JsonValue = msgspec.json.decode(text)
    return value


LATEST_COLUMNS = (series.c.key, series.c.last_value, series.c.last_step, series.c.logged)
"""Of a series: its latest point, and when it was logged among all points of its run."""


METRIC_COLUMNS = (
    series.c.key,
    series.c.last_value,
    series.c.last_step,
    series.c.last_at,
    series.c.length,
    series.c.least,
    series.c.greatest,
)


def metric(row: Fetched) -> Metric:
    """Read a metric from a row of `METRIC_COLUMNS`, which may have more columns behind them."""
    return Metric(
        key=row[0],
        value=real(row[1]),
        step=row[2],
        timestamp=row[3],
        count=row[4],
        min=real(row[5]),
        max=real(row[6]),
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


def artifact(row: Fetched) -> Artifact:
    """Read an artifact from a row of `ARTIFACT_COLUMNS`, which may have more behind them."""
    return Artifact(
        id=row[0],
        run_id=row[1],
        name=row[2],
        size=row[3],
        content_type=row[4],
        sha256=row[5],
        created_at=row[6],
    )


def dataset(row: Fetched) -> Dataset:
    """Read a dataset from a row of the table of datasets, which may have more columns behind."""
    return Dataset(
        id=row[0],
        run_id=row[1],
        role=row[2],
        name=row[3],
        n_rows=row[4],
        n_cols=row[5],
        features=json_value(row[6]),
        hash=row[7],
        source=row[8],
        created_at=row[9],
    )
