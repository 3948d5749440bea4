"""Tools that show runs: one whole, some side by side, and what is said about one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.models import Registered
from chachaml_kernel.domain.paging import decode_cursor, encode_cursor
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.tools.room import Room
from chachaml_kernel.tools.shapes import (
    ArtifactBrief,
    MetricBrief,
    Number,
    RunBrief,
    Time,
    artifact_brief,
    brief_run,
    brief_value,
    brief_values,
    metric_brief,
    numbers,
    shortened,
    time,
)
from chachaml_kernel.tools.tool import AnyTool, Arguments, Tool

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

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
    """A run with all that it has, up to 100 of each, as many as fit; `left_out` counts the rest."""

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
    than 100, or did not fit.
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
    room = Room()
    return RunWhole(
        run=brief_run(found.run, found.headline),
        archived=found.run.archived,
        error=None if found.run.error is None else shortened(found.run.error, MAX_NOTE),
        parent_run_id=found.run.parent_run_id,
        params=room.values("params", found.params, brief_value),
        metrics=room.rows("metrics", found.metrics, metric_brief),
        tags=room.values("tags", found.tags, shortened),
        note=shortened(found.note, MAX_NOTE),
        artifacts=room.rows("artifacts", found.artifacts, artifact_brief),
        datasets=room.rows("datasets", found.datasets, _dataset),
        environment=room.values("environment", found.env, brief_value),
        children=room.rows("children", found.children, brief_run),
        model_versions=room.rows("model_versions", found.model_versions, _version),
        left_out=room.left_out,
    )


async def compare_runs(kernel: "Kernel", asked: CompareRuns) -> Compared:
    """Put 2 to 20 runs side by side: what differs, latest metrics, and which run is best."""
    found = await kernel.runs.compare(asked.run_ids)
    room = Room(each=10_000)
    params = {key: found.params[key] for key in found.differing}
    environment = {key: found.env[key] for key in found.env_differing}
    metrics = room.values("metrics", found.metrics, numbers)
    return Compared(
        runs=[brief_run(row.run, row.headline) for row in found.runs],
        params=room.values("params", params, brief_values),
        metrics=metrics,
        best={key: list(found.best[key]) for key in metrics if found.best.get(key)},
        environment=room.values("environment", environment, brief_values),
        datasets_differ=found.datasets_differ,
        left_out=room.left_out,
    )


async def get_tags(kernel: "Kernel", asked: GetRun) -> Tags:
    """Return the tags of a run."""
    tags = await kernel.runs.tags(asked.run_id)
    room = Room(each=20_000)
    shown = room.values("tags", tags, shortened)
    return Tags(run_id=asked.run_id, tags=shown, left_out=len(tags) - len(shown))


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
        name=_short(dataset.name),
        rows=dataset.n_rows,
        columns=dataset.n_cols,
        features=brief_value(dataset.features),
        hash=_short(dataset.hash),
        source=_short(dataset.source),
        added=time(dataset.created_at),
    )


def _short(text: str | None) -> str | None:
    return None if text is None else shortened(text)


def _version(registered: Registered) -> VersionOf:
    return VersionOf(model=registered.name, version=registered.version, stage=str(registered.stage))


TOOLS: Sequence[AnyTool] = (
    Tool(get_run, GetRun, RunWhole),
    Tool(compare_runs, CompareRuns, Compared),
    Tool(get_tags, GetRun, Tags),
    Tool(get_datasets, GetDatasets, Datasets),
)
