"""Experiments as JSON."""

from typing import Annotated

from chachaml_kernel.domain import experiments
from chachaml_kernel.domain.names import MAX_NAME
from msgspec import Meta, Struct

from chachaml_ui.api.wire import Name, Text, Time


class SaveExperiment(Struct, frozen=True, forbid_unknown_fields=True):
    """An experiment to make or to update; what is left out stays as it was, what is empty goes."""

    name: Annotated[Name, Meta(examples=["iris"])]
    description: Text | None = None
    owner: Annotated[str | None, Meta(extra_json_schema={"maxLength": MAX_NAME})] = None


class Experiment(Struct, frozen=True):
    """An experiment and its size; archived runs are not counted."""

    name: str
    description: str
    owner: str | None
    run_count: int
    last_updated: Time
    created_at: Time


def from_experiment(experiment: experiments.Experiment) -> Experiment:
    """Return an experiment as JSON says it."""
    return Experiment(
        name=experiment.name,
        description=experiment.description,
        owner=experiment.owner,
        run_count=experiment.run_count,
        last_updated=experiment.last_updated,
        created_at=experiment.created_at,
    )
