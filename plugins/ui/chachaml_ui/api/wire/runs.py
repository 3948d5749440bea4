"""Runs as JSON: alone, as rows of lists, and whole."""

from typing import Annotated, Any

from chachaml_kernel.domain import metrics, notes, runs
from msgspec import UNSET, Meta, Struct, UnsetType

from chachaml_ui.api.wire.artifacts import (
    Artifact,
    Dataset,
    NewDataset,
    from_artifact,
    from_dataset,
)
from chachaml_ui.api.wire.values import (
    Id,
    Name,
    Number,
    StageName,
    Text,
    Texts,
    Time,
    Values,
    number,
)

Duration = Annotated[int, Meta(description="Milliseconds from start to end")]
Latest = Annotated[dict[str, Number], Meta(description="The latest value of each metric")]


class StartRun(Struct, frozen=True, forbid_unknown_fields=True):
    """What a run starts with; all of it may be left out."""

    experiment: Annotated[Name | None, Meta(examples=["iris"])] = None
    name: Name | None = None
    tags: Texts | None = None
    parent_run_id: Id | None = None
    created_by: Name | None = None
    env: dict[str, Any] | None = None
    datasets: list[NewDataset] | None = None


class EndRun(Struct, frozen=True, forbid_unknown_fields=True):
    """How a run ended."""

    status: Annotated[
        str | None, Meta(extra_json_schema={"enum": ["completed", "failed", None]})
    ] = None
    error: Text | None = None


class Run(Struct, frozen=True):
    """A run's own facts."""

    id: Id
    experiment: str
    name: str | None
    status: runs.RunStatus
    started_at: Time
    ended_at: Time | None
    duration: Duration | None
    created_by: str | None
    parent_run_id: Id | None
    error: str | None
    archived: bool


class Headline(Struct, frozen=True):
    """The one metric that stands for a run in a list."""

    key: str
    value: Number
    step: int | None


class RunRow(Run, frozen=True):
    """A run as lists show it; `matched` is there in answers to a metric search."""

    headline: Headline | None
    params: dict[str, Any]
    tags: dict[str, str]
    latest: Latest
    children: int
    matched: Number | UnsetType = UNSET


class Metric(Struct, frozen=True):
    """A series in short: its latest point, how many points it has, and their range."""

    key: str
    value: Number
    step: int | None
    timestamp: Time
    count: int
    min: Number
    max: Number


class NoteSaved(Struct, frozen=True):
    """When the note of a run was saved, and by whom if that is known."""

    at: Time
    by: str | None


class Registered(Struct, frozen=True):
    """A version of a model that was registered from a run."""

    name: str
    version: int
    stage: StageName


class RunWhole(Run, frozen=True):
    """A run whole, without the points of its metrics."""

    headline: Headline | None
    params: dict[str, Any]
    metrics: list[Metric]
    tags: dict[str, str]
    artifacts: list[Artifact]
    datasets: list[Dataset]
    env: dict[str, Any]
    note: str
    note_saved: NoteSaved | None
    children: list[Run]
    model_versions: list[Registered]


Params = Annotated[Values, Meta(examples=[{"lr": 0.01, "epochs": 100}])]


def from_run(run: runs.Run) -> Run:
    """Return a run as JSON says it."""
    return Run(**facts_of(run))


def from_row(row: runs.RunRow) -> RunRow:
    """Return a row of a list as JSON says it."""
    return RunRow(
        **facts_of(row.run),
        headline=from_headline(row.headline),
        params=dict(row.params),
        tags=dict(row.tags),
        latest={key: number(value) for key, value in row.latest.items()},
        children=row.children,
        matched=UNSET if row.matched is None else number(row.matched),
    )


def from_detail(detail: runs.RunDetail) -> RunWhole:
    """Return a whole run as JSON says it."""
    return RunWhole(
        **facts_of(detail.run),
        headline=from_headline(detail.headline),
        params=dict(detail.params),
        metrics=[from_metric(metric) for metric in detail.metrics],
        tags=dict(detail.tags),
        artifacts=[from_artifact(artifact) for artifact in detail.artifacts],
        datasets=[from_dataset(dataset) for dataset in detail.datasets],
        env=dict(detail.env),
        note=detail.note,
        note_saved=_saved(detail.note_saved),
        children=[from_run(child) for child in detail.children],
        model_versions=[
            Registered(one.name, one.version, one.stage.value) for one in detail.model_versions
        ],
    )


def facts_of(run: runs.Run) -> dict[str, Any]:
    """Return the fields of a run's own facts."""
    return {
        "id": run.id,
        "experiment": run.experiment,
        "name": run.name,
        "status": run.status,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "duration": run.duration,
        "created_by": run.created_by,
        "parent_run_id": run.parent_run_id,
        "error": run.error,
        "archived": run.archived,
    }


def from_headline(headline: runs.Headline | None) -> Headline | None:
    """Return a headline as JSON says it, if there is one."""
    if headline is None:
        return None
    return Headline(headline.key, number(headline.value), headline.step)


def _saved(saved: notes.Saved | None) -> NoteSaved | None:
    return None if saved is None else NoteSaved(saved.at, saved.by)


def from_metric(metric: metrics.Metric) -> Metric:
    """Return a series in short as JSON says it."""
    return Metric(
        key=metric.key,
        value=number(metric.value),
        step=metric.step,
        timestamp=metric.timestamp,
        count=metric.count,
        min=number(metric.min),
        max=number(metric.max),
    )
