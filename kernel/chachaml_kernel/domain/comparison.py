"""Comparing runs, and diffing versions of a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from chachaml_kernel.domain.models import Version
from chachaml_kernel.domain.runs import RunDetail
from chachaml_kernel.domain.values import JsonValue, same

MAX_COMPARED = 100

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Runs side by side: by key, then by run id. A run without the key has no entry there.

    `differing` are the params that not all of the runs have with the same value, sorted.
    """

    runs: Sequence[RunDetail]
    params: Mapping[str, Mapping[str, JsonValue]]
    metrics: Mapping[str, Mapping[str, float]]
    differing: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
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


def compare(runs: Sequence[RunDetail]) -> Comparison:
    """Put `runs` side by side."""
    params = side_by_side({detail.run.id: detail.params for detail in runs})
    return Comparison(
        runs=runs,
        params=params,
        metrics=side_by_side({detail.run.id: _latest(detail) for detail in runs}),
        differing=_differing(params, len(runs)),
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
    return [key for key, values in params.items() if len(values) < count or not _equal(values)]


def _equal(values: Mapping[str, JsonValue]) -> bool:
    first, *others = values.values()
    return all(same(first, other) for other in others)


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
