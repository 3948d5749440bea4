"""Experiments as JSON."""

from typing import Annotated, Any

from chachaml_kernel.domain import experiments
from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.names import MAX_NAME
from msgspec import Meta, Struct

from chachaml_ui.api.wire.values import Id, Name, Number, Text, Time, number


class SaveExperiment(Struct, frozen=True, forbid_unknown_fields=True):
    """An experiment to make or to update; what is left out stays as it was, what is empty goes."""

    name: Annotated[Name, Meta(examples=["iris"])]
    description: Text | None = None
    owner: Annotated[str | None, Meta(extra_json_schema={"maxLength": MAX_NAME})] = None


class Counts(Struct, frozen=True):
    """Runs by status; archived ones are counted apart, and `total` leaves them out."""

    total: int
    running: int
    completed: int
    failed: int
    archived: int


class Experiment(Struct, frozen=True):
    """An experiment and its size; `run_count` leaves archived runs out."""

    name: str
    description: str
    owner: str | None
    run_count: int
    last_updated: Time
    created_at: Time
    counts: Counts


class Best(Struct, frozen=True):
    """A run, and its latest value of the experiment's headline."""

    id: Id
    name: str | None
    value: Number


class Recent(Struct, frozen=True):
    """A run among the last ones, and its latest value of the experiment's headline."""

    id: Id
    value: Number


class Trend(Struct, frozen=True):
    """How an experiment goes by its headline; `recent` runs come oldest first.

    `higher_is_better` is null where neither is, and then there is no `best`.
    """

    key: str
    higher_is_better: bool | None
    best: Best | None
    recent: list[Recent]


class Overview(Experiment, frozen=True):
    """An experiment, and how it goes, if any of its last runs has a metric."""

    headline: Trend | None


def from_counts(counts: RunCounts) -> Counts:
    """Return counts of runs as JSON says them."""
    return Counts(
        total=counts.total,
        running=counts.running,
        completed=counts.completed,
        failed=counts.failed,
        archived=counts.archived,
    )


def from_experiment(experiment: experiments.Experiment) -> Experiment:
    """Return an experiment as JSON says it."""
    return Experiment(**_facts(experiment))


def from_overview(overview: experiments.Overview) -> Overview:
    """Return an experiment and how it goes as JSON says it."""
    return Overview(**_facts(overview.experiment), headline=_trend(overview.trend))


def _facts(experiment: experiments.Experiment) -> dict[str, Any]:
    return {
        "name": experiment.name,
        "description": experiment.description,
        "owner": experiment.owner,
        "run_count": experiment.run_count,
        "last_updated": experiment.last_updated,
        "created_at": experiment.created_at,
        "counts": from_counts(experiment.counts),
    }


def _trend(trend: experiments.Trend | None) -> Trend | None:
    if trend is None:
        return None
    best = trend.best
    return Trend(
        key=trend.ranking.key,
        higher_is_better=trend.ranking.descending,
        best=None if best is None else Best(best.run_id, best.run_name, number(best.value)),
        recent=[Recent(run_id, number(value)) for run_id, value in trend.recent],
    )
