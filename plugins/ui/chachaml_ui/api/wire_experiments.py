"""Experiments as JSON."""

from typing import Annotated

from chachaml_kernel.domain import experiments
from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.names import MAX_NAME
from msgspec import Meta, Struct

from chachaml_ui.api.wire import Name, Text, Time


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
    return Experiment(
        name=experiment.name,
        description=experiment.description,
        owner=experiment.owner,
        run_count=experiment.run_count,
        last_updated=experiment.last_updated,
        created_at=experiment.created_at,
        counts=from_counts(experiment.counts),
    )
