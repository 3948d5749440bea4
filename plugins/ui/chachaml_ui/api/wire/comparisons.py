"""Runs side by side as JSON."""

from typing import Any

from chachaml_kernel.domain import comparison, metrics
from msgspec import Struct

from chachaml_ui.api.wire.artifacts import Dataset, from_dataset
from chachaml_ui.api.wire.runs import RunRow, from_row
from chachaml_ui.api.wire.values import Id, Number, number


class Summary(Struct, frozen=True):
    """A series in short: its latest value, how many points it has, and their range."""

    latest: Number
    count: int
    min: Number
    max: Number


class Comparison(Struct, frozen=True):
    """Runs side by side: by key, then by run id.

    `best` are the ids of the runs whose latest value is the best; `differing` are keys of params,
    `env_differing` of the environment.
    """

    runs: list[RunRow]
    params: dict[str, dict[str, Any]]
    metrics: dict[str, dict[str, Number]]
    summaries: dict[str, dict[str, Summary]]
    best: dict[str, list[Id]]
    differing: list[str]
    env: dict[str, dict[str, Any]]
    env_differing: list[str]
    datasets: dict[str, list[Dataset]]
    datasets_differ: bool


def from_comparison(compared: comparison.Comparison) -> Comparison:
    """Return runs side by side as JSON says it."""
    return Comparison(
        runs=[from_row(row) for row in compared.runs],
        params={key: dict(values) for key, values in compared.params.items()},
        metrics={
            key: {id_: number(value) for id_, value in values.items()}
            for key, values in compared.metrics.items()
        },
        summaries={
            key: {id_: _summary(metric) for id_, metric in values.items()}
            for key, values in compared.summaries.items()
        },
        best={key: list(ids) for key, ids in compared.best.items()},
        differing=list(compared.differing),
        env={key: dict(values) for key, values in compared.env.items()},
        env_differing=list(compared.env_differing),
        datasets={id_: [*map(from_dataset, used)] for id_, used in compared.datasets.items()},
        datasets_differ=compared.datasets_differ,
    )


def _summary(metric: metrics.Metric) -> Summary:
    return Summary(
        latest=number(metric.value),
        count=metric.count,
        min=number(metric.min),
        max=number(metric.max),
    )
