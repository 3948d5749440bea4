"""What tools return of runs and numbers: short, with ids and addresses to cite."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Meta

from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.runs import Headline, Run, RunRow
from chachaml_kernel.domain.values import JsonValue, number_text, text_of

Number: TypeAlias = float | Literal["NaN", "Infinity", "-Infinity"]
"""A double as JSON can say it."""
Time: TypeAlias = Annotated[str, Meta(description="ISO 8601, UTC")]
Url: TypeAlias = Annotated[
    str, Meta(description="address of its page on this server; link to it when you cite it")
]
MAX_TEXT = 300
"""Characters of a value in a list."""


class Value(msgspec.Struct, frozen=True):
    """A metric and one value of it."""

    key: str
    value: Number


class RunBrief(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run in a list. `values` are those that were asked for, by key."""

    id: str
    url: Url
    experiment: str
    status: str
    started: Time
    name: str | None = None
    duration_seconds: float | None = None
    created_by: str | None = None
    headline: Value | None = None
    values: Mapping[str, JsonValue] = {}


class MetricBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A metric of a run: its latest value, its range, and how many points it has."""

    key: str
    latest: Number
    step: int | None
    min: Number
    max: Number
    count: int


class ArtifactBrief(msgspec.Struct, frozen=True, kw_only=True):
    """An artifact of a run."""

    id: str
    url: Annotated[str, Meta(description="address to download it from")]
    name: str
    size: int
    content_type: str
    sha256: str


def number(value: float) -> Number:
    """Return a double as JSON can say it."""
    return value if math.isfinite(value) else number_text(value)  # type: ignore[return-value]


def time(at: int) -> str:
    """Return a time in milliseconds since the Unix epoch as a text."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")


def run_url(run_id: str) -> str:
    """Return the address of a run's page."""
    return f"/runs/{quote(run_id, safe='')}"


def model_url(name: str) -> str:
    """Return the address of a model's page."""
    return f"/models/{quote(name, safe='')}"


def experiment_url(name: str) -> str:
    """Return the address of an experiment's runs."""
    return f"/runs?{urlencode({'experiment': name})}"


def shortened(text: str, most: int = MAX_TEXT) -> str:
    """Return a text with at most so many characters, and how many more it has."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} characters more)"


def brief_value(value: JsonValue) -> JsonValue:
    """Return a logged value, or its text, shortened, where it is long."""
    text = text_of(value)
    return value if len(text) <= MAX_TEXT else shortened(text)


def brief_values(values: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """Return logged values by key, shortened where they are long."""
    return {key: brief_value(value) for key, value in values.items()}


def numbers(values: Mapping[str, float]) -> Mapping[str, Number]:
    """Return doubles by key as JSON can say them."""
    return {key: number(value) for key, value in values.items()}


def artifact_brief(artifact: Artifact) -> ArtifactBrief:
    """Return an artifact in short."""
    return ArtifactBrief(
        id=artifact.id,
        url=f"/api/artifacts/{quote(artifact.id, safe='')}/download",
        name=artifact.name,
        size=artifact.size,
        content_type=artifact.content_type,
        sha256=artifact.sha256,
    )


def metric_brief(metric: Metric) -> MetricBrief:
    """Return a metric in short."""
    return MetricBrief(
        key=metric.key,
        latest=number(metric.value),
        step=metric.step,
        min=number(metric.min),
        max=number(metric.max),
        count=metric.count,
    )


def brief_run(
    run: Run, headline: Headline | None = None, values: Mapping[str, JsonValue] | None = None
) -> RunBrief:
    """Return a run in short."""
    return RunBrief(
        id=run.id,
        url=run_url(run.id),
        experiment=run.experiment,
        status=str(run.status),
        started=time(run.started_at),
        name=run.name,
        duration_seconds=None if run.duration is None else run.duration / 1000,
        created_by=run.created_by,
        headline=None if headline is None else Value(headline.key, number(headline.value)),
        values=values or {},
    )


def values_of(row: RunRow, shown: Sequence[str]) -> Mapping[str, JsonValue]:
    """Return what a run has of `param.KEY`, `metric.KEY` and `tag.KEY`, by these names."""
    own: Mapping[str, Mapping[str, JsonValue]] = {
        "param": row.params,
        "metric": {key: number(value) for key, value in row.latest.items()},
        "tag": row.tags,
    }
    found: dict[str, JsonValue] = {}
    for name in shown:
        kind, _, key = name.partition(".")
        if key in own.get(kind, {}):
            found[name] = brief_value(own[kind][key])
    return found
