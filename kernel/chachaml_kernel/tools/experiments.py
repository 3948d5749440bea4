"""Tools about experiments."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from chachaml_kernel.domain.experiments import Experiment, Trend
from chachaml_kernel.domain.paging import decode_cursor, encode_cursor
from chachaml_kernel.tools.shapes import (
    Number,
    Time,
    Url,
    experiment_url,
    number,
    run_url,
    shortened,
    time,
)
from chachaml_kernel.tools.tool import AnyTool, Arguments, Tool

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

MAX_DESCRIPTION = 1_000


class ListExperiments(Arguments, frozen=True, kw_only=True):
    """Arguments of `list_experiments`."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: str | None = None


class GetExperiment(Arguments, frozen=True, kw_only=True):
    """Arguments of `get_experiment`."""

    name: Annotated[str, Meta(description="the experiment's name")]


class CreateExperiment(Arguments, frozen=True, kw_only=True):
    """Arguments of `create_experiment`."""

    name: str
    description: str | None = None
    owner: str | None = None


class BestOf(msgspec.Struct, frozen=True, kw_only=True):
    """The best run of an experiment by its headline metric."""

    metric_key: str
    run_id: str
    run_url: str
    run_name: str | None
    value: Number


class ExperimentBrief(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment: how many runs of each status it has, and its best run."""

    name: str
    url: Url
    description: str
    owner: str | None
    running: int
    completed: int
    failed: int
    archived: int
    updated: Time
    best: BestOf | None


class ExperimentList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of experiments, newest first."""

    experiments: list[ExperimentBrief]
    cursor: str | None


async def list_experiments(kernel: "Kernel", asked: ListExperiments) -> ExperimentList:
    """List the experiments, newest first, with their runs by status and the best of them."""
    after = None if asked.cursor is None else decode_cursor("experiments", asked.cursor)
    page = await kernel.experiments.overview(limit=asked.limit, after=after)
    return ExperimentList(
        experiments=[_brief(row.experiment, row.trend) for row in page.rows],
        cursor=None if page.next is None else encode_cursor("experiments", page.next),
    )


async def get_experiment(kernel: "Kernel", asked: GetExperiment) -> ExperimentBrief:
    """Return an experiment: how many runs of each status it has, and the best of them."""
    found = await kernel.experiments.get_overview(asked.name)
    return _brief(found.experiment, found.trend)


async def create_experiment(kernel: "Kernel", asked: CreateExperiment) -> ExperimentBrief:
    """Create an experiment, or set the description or owner of one that is there."""
    await kernel.experiments.save(asked.name, description=asked.description, owner=asked.owner)
    return await get_experiment(kernel, GetExperiment(name=asked.name))


def _brief(experiment: Experiment, trend: Trend | None) -> ExperimentBrief:
    counts = experiment.counts
    return ExperimentBrief(
        name=experiment.name,
        url=experiment_url(experiment.name),
        description=shortened(experiment.description, MAX_DESCRIPTION),
        owner=experiment.owner,
        running=counts.running,
        completed=counts.completed,
        failed=counts.failed,
        archived=counts.archived,
        updated=time(experiment.last_updated),
        best=None if trend is None else _best(trend),
    )


def _best(trend: Trend) -> BestOf | None:
    best = trend.best
    if best is None:
        return None
    return BestOf(
        metric_key=trend.ranking.key,
        run_id=best.run_id,
        run_url=run_url(best.run_id),
        run_name=best.run_name,
        value=number(best.value),
    )


TOOLS: Sequence[AnyTool] = (
    Tool(list_experiments, ListExperiments, ExperimentList),
    Tool(get_experiment, GetExperiment, ExperimentBrief),
    Tool(create_experiment, CreateExperiment, ExperimentBrief, annotates=True),
)
