"""Comparing runs, and diffing versions of a model."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.differences import differs
from chachaml_kernel.domain.direction import LOWER_IS_BETTER, best, higher_is_better
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.models import Version
from chachaml_kernel.domain.runs import RunDetail, RunRow
from chachaml_kernel.domain.values import JsonValue, canonical

MAX_COMPARED = 100

V = TypeVar("V")


class Side(Struct, frozen=True, kw_only=True):
    """What is compared of a run: its row in lists, and what lists do not show."""

    row: RunRow
    metrics: Sequence[Metric]
    env: Mapping[str, JsonValue]
    datasets: Sequence[Dataset]


class Comparison(Struct, frozen=True, kw_only=True):
    """Runs side by side: by key, then by run id. A run without the key has no entry there.

    `metrics` are the latest values, `summaries` say more. `best` are the runs, by the key of a
    metric, that have the best latest value. `differing` are the params, and `env_differing` the
    facts of the environment, that not all of the runs have with the same value, sorted.
    """

    runs: Sequence[RunRow]
    params: Mapping[str, Mapping[str, JsonValue]]
    metrics: Mapping[str, Mapping[str, float]]
    summaries: Mapping[str, Mapping[str, Metric]]
    best: Mapping[str, Sequence[str]]
    differing: Sequence[str]
    env: Mapping[str, Mapping[str, JsonValue]]
    env_differing: Sequence[str]
    datasets: Mapping[str, Sequence[Dataset]]
    datasets_differ: bool


class VersionDiff(Struct, frozen=True, kw_only=True):
    """Two versions side by side: by key, then by version number.

    `artifact` compares name, size, content_type and sha256; params and metrics are those of the
    source runs, and empty where a source run was deleted.
    """

    name: str
    versions: tuple[Version, Version]
    artifact: Mapping[str, Mapping[str, JsonValue]]
    params: Mapping[str, Mapping[str, JsonValue]]
    metrics: Mapping[str, Mapping[str, float]]
    differing: Sequence[str]


def compare(sides: Sequence[Side], *, lower: Collection[str] = LOWER_IS_BETTER) -> Comparison:
    """Put runs side by side; `lower` are words in keys of metrics that get better as they fall."""
    by_run = {side.row.run.id: side for side in sides}
    params = side_by_side({run_id: side.row.params for run_id, side in by_run.items()})
    env = side_by_side({run_id: side.env for run_id, side in by_run.items()})
    metrics = side_by_side({run_id: side.row.latest for run_id, side in by_run.items()})
    own = {
        run_id: {metric.key: metric for metric in side.metrics} for run_id, side in by_run.items()
    }
    return Comparison(
        runs=[side.row for side in sides],
        params=params,
        metrics=metrics,
        summaries=side_by_side(own),
        best={
            key: best(values, higher=higher_is_better(key, lower))
            for key, values in metrics.items()
        },
        differing=_differing(params, len(sides)),
        env=env,
        env_differing=_differing(env, len(sides)),
        datasets={run_id: side.datasets for run_id, side in by_run.items()},
        datasets_differ=len({_used(side.datasets) for side in sides}) > 1,
    )


def diff(a: tuple[Version, RunDetail | None], b: tuple[Version, RunDetail | None]) -> VersionDiff:
    """Put two versions of one model side by side, each with its source run if that still is."""
    both = {str(version.version): (version, run) for version, run in (a, b)}
    params = side_by_side({number: run.params if run else {} for number, (_, run) in both.items()})
    metrics = {number: _latest(run) if run else {} for number, (_, run) in both.items()}
    artifacts = {number: _metadata(version) for number, (version, _) in both.items()}
    return VersionDiff(
        name=a[0].name,
        versions=(a[0], b[0]),
        artifact=side_by_side(artifacts),
        params=params,
        metrics=side_by_side(metrics),
        differing=_differing(params, len(both)),
    )


def side_by_side(columns: Mapping[str, Mapping[str, V]]) -> dict[str, dict[str, V]]:
    """Turn {column: {key: value}} into {key: {column: value}}, keys sorted."""
    keys = sorted({key for column in columns.values() for key in column})
    return {
        key: {name: column[key] for name, column in columns.items() if key in column}
        for key in keys
    }


def _differing(params: Mapping[str, Mapping[str, JsonValue]], count: int) -> list[str]:
    """Return the keys that not all `count` columns have with the same value."""
    return [key for key, values in params.items() if differs(values, count)]


def _used(datasets: Sequence[Dataset]) -> frozenset[str]:
    """Return what tells the datasets of one run from those of another."""
    blank = [replace(dataset, id="", run_id="", created_at=0) for dataset in datasets]
    return frozenset(canonical(asdict(dataset)) for dataset in blank)


def _latest(detail: RunDetail) -> dict[str, float]:
    return {metric.key: metric.value for metric in detail.metrics}


def _metadata(version: Version) -> dict[str, JsonValue]:
    artifact = version.artifact
    return {
        "name": artifact.name,
        "size": artifact.size,
        "content_type": artifact.content_type,
        "sha256": artifact.sha256,
    }
