"""Tools that show runs: one whole, some side by side, and what is said about one."""

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from chachaml_kernel.domain.comparison import Comparison
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.paging import decode_cursor, encode_cursor
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.tools.shapes import (
    ArtifactBrief,
    MetricBrief,
    Number,
    RunBrief,
    Time,
    artifact_brief,
    brief_run,
    brief_value,
    metric_brief,
    number,
    shortened,
    time,
)
from chachaml_kernel.tools.tool import AnyTool, Arguments, Tool

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

T = TypeVar("T")

MAX_ENTRIES = 100
"""Params, metrics, tags and others of a run that are shown."""
MAX_NOTE = 4_000
"""Characters of a note that are shown."""
MAX_SIDES = 20

RunId = Annotated[str, Meta(description="a run's id, as lists of runs have it")]


class GetRun(Arguments, frozen=True, kw_only=True):
    """Arguments of `get_run`, `get_tags`."""

    run_id: RunId


class CompareRuns(Arguments, frozen=True, kw_only=True):
    """Arguments of `compare_runs`."""

    run_ids: Annotated[list[RunId], Meta(min_length=2, max_length=MAX_SIDES)]


class GetDatasets(GetRun, frozen=True, kw_only=True):
    """Arguments of `get_datasets`."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: str | None = None


class VersionOf(msgspec.Struct, frozen=True, kw_only=True):
    """A model version that was registered from a run."""

    model: str
    version: int
    stage: str


class RunWhole(msgspec.Struct, frozen=True, kw_only=True):
    """A run with all that it has, up to 100 of each; `left_out` counts what is more."""

    run: RunBrief
    archived: bool
    error: str | None
    parent_run_id: str | None
    params: Mapping[str, JsonValue]
    metrics: list[MetricBrief]
    tags: Mapping[str, str]
    note: str
    artifacts: list[ArtifactBrief]
    datasets: list["DatasetBrief"]
    environment: Mapping[str, JsonValue]
    children: list[RunBrief]
    model_versions: list[VersionOf]
    left_out: Mapping[str, int]


class DatasetBrief(msgspec.Struct, frozen=True, kw_only=True):
    """What a run says that it was trained or tested on."""

    id: str
    role: str
    name: str | None
    rows: int | None
    columns: int | None
    features: JsonValue
    hash: str | None
    source: str | None
    added: Time


class Datasets(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the datasets of a run, newest first."""

    datasets: list[DatasetBrief]
    cursor: str | None


class Tags(msgspec.Struct, frozen=True, kw_only=True):
    """The tags of a run."""

    run_id: str
    tags: Mapping[str, str]
    left_out: int


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Runs side by side: by key, then by the id of the run.

    `metrics` are latest values, `best` the runs that have the best one. Of params and environment
    those are shown that differ; the runs have all others in common. `left_out` counts what is more
    than 100.
    """

    runs: list[RunBrief]
    params: Mapping[str, Mapping[str, JsonValue]]
    metrics: Mapping[str, Mapping[str, Number]]
    best: Mapping[str, list[str]]
    environment: Mapping[str, Mapping[str, JsonValue]]
    datasets_differ: bool
    left_out: Mapping[str, int]


async def get_run(kernel: "Kernel", asked: GetRun) -> RunWhole:
    """Return a run: params, metrics (latest, least, greatest), tags, note, artifacts, datasets,
    environment, children, and the model versions that were registered from it."""
    found = await kernel.runs.get(asked.run_id)
    lists: Mapping[str, Collection[Any]] = {
        "params": found.params,
        "metrics": found.metrics,
        "tags": found.tags,
        "artifacts": found.artifacts,
        "datasets": found.datasets,
        "environment": found.env,
        "children": found.children,
        "model_versions": found.model_versions,
    }
    return RunWhole(
        run=brief_run(found.run, found.headline),
        archived=found.run.archived,
        error=None if found.run.error is None else shortened(found.run.error, MAX_NOTE),
        parent_run_id=found.run.parent_run_id,
        params=_values(found.params),
        metrics=[metric_brief(metric) for metric in found.metrics[:MAX_ENTRIES]],
        tags=_texts(found.tags),
        note=shortened(found.note, MAX_NOTE),
        artifacts=[artifact_brief(artifact) for artifact in found.artifacts[:MAX_ENTRIES]],
        datasets=[_dataset(each) for each in found.datasets[:MAX_ENTRIES]],
        environment=_values(found.env),
        children=[brief_run(child) for child in found.children[:MAX_ENTRIES]],
        model_versions=[
            VersionOf(model=each.name, version=each.version, stage=str(each.stage))
            for each in found.model_versions[:MAX_ENTRIES]
        ],
        left_out=_left_out(lists),
    )


async def compare_runs(kernel: "Kernel", asked: CompareRuns) -> Compared:
    """Put 2 to 20 runs side by side: what differs, latest metrics, and which run is best."""
    found = await kernel.runs.compare(asked.run_ids)
    lists: Mapping[str, Collection[Any]] = {
        "params": found.differing,
        "metrics": found.metrics,
        "environment": found.env_differing,
    }
    shown = _first(found.metrics)
    return Compared(
        runs=[brief_run(row.run, row.headline) for row in found.runs],
        params={key: _values(found.params[key]) for key in found.differing[:MAX_ENTRIES]},
        metrics={
            key: {run: number(value) for run, value in by_run.items()}
            for key, by_run in shown.items()
        },
        best={key: list(found.best[key]) for key in shown if found.best.get(key)},
        environment=_environment(found),
        datasets_differ=found.datasets_differ,
        left_out=_left_out(lists),
    )


async def get_tags(kernel: "Kernel", asked: GetRun) -> Tags:
    """Return the tags of a run."""
    tags = await kernel.runs.tags(asked.run_id)
    return Tags(run_id=asked.run_id, tags=_texts(tags), left_out=max(0, len(tags) - MAX_ENTRIES))


async def get_datasets(kernel: "Kernel", asked: GetDatasets) -> Datasets:
    """Return what a run says that it was trained or tested on, newest first."""
    after = None if asked.cursor is None else decode_cursor("datasets", asked.cursor)
    page = await kernel.runs.datasets(asked.run_id, limit=asked.limit, after=after)
    return Datasets(
        datasets=[_dataset(each) for each in page.rows],
        cursor=None if page.next is None else encode_cursor("datasets", page.next),
    )


def _dataset(dataset: Dataset) -> DatasetBrief:
    return DatasetBrief(
        id=dataset.id,
        role=dataset.role,
        name=dataset.name,
        rows=dataset.n_rows,
        columns=dataset.n_cols,
        features=brief_value(dataset.features),
        hash=dataset.hash,
        source=dataset.source,
        added=time(dataset.created_at),
    )


def _environment(found: Comparison) -> Mapping[str, Mapping[str, JsonValue]]:
    return {key: _values(found.env[key]) for key in found.env_differing[:MAX_ENTRIES]}


def _values(values: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    return {key: brief_value(value) for key, value in _first(values).items()}


def _texts(values: Mapping[str, str]) -> Mapping[str, str]:
    return {key: shortened(value) for key, value in _first(values).items()}


def _first(values: Mapping[str, T]) -> Mapping[str, T]:
    return dict(islice(values.items(), MAX_ENTRIES))


def _left_out(lists: Mapping[str, Collection[Any]]) -> Mapping[str, int]:
    return {
        name: len(entries) - MAX_ENTRIES
        for name, entries in lists.items()
        if len(entries) > MAX_ENTRIES
    }


TOOLS: Sequence[AnyTool] = (
    Tool(get_run, GetRun, RunWhole),
    Tool(compare_runs, CompareRuns, Compared),
    Tool(get_tags, GetRun, Tags),
    Tool(get_datasets, GetDatasets, Datasets),
)
