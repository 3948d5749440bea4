"""Routes of experiments."""

from chachaml_kernel.domain.paging import next_cursor
from msgspec import Struct

from chachaml_ui.api.queries import Page
from chachaml_ui.api.table import Call, Nothing, Paged, Route, route
from chachaml_ui.api.wire import experiments as wire_experiments


class ExperimentPath(Struct, frozen=True):
    """An experiment by its name, percent-encoded."""

    name: str


async def save_experiment(
    call: Call[Nothing, Nothing, wire_experiments.SaveExperiment],
) -> wire_experiments.Experiment:
    """Make an experiment, or update it."""
    body = call.body
    experiment = await call.kernel.experiments.save(
        body.name, description=body.description, owner=body.owner, once=call.once
    )
    return wire_experiments.from_experiment(experiment)


async def list_experiments(call: Call[Nothing, Page, None]) -> Paged[wire_experiments.Overview]:
    """List experiments, newest first, those that only runs named too."""
    page = await call.kernel.experiments.overview(
        limit=call.query.limit, after=call.query.after("experiments")
    )
    return Paged(
        [wire_experiments.from_overview(row) for row in page.rows],
        next_cursor("experiments", page),
    )


async def get_experiment(
    call: Call[ExperimentPath, Nothing, None],
) -> wire_experiments.Overview:
    """Return an experiment."""
    overview = await call.kernel.experiments.get_overview(call.path.name)
    return wire_experiments.from_overview(overview)


def routes() -> list[Route]:
    """Return the routes of experiments."""
    return [
        route("POST", "/api/w/experiments", save_experiment, tag="experiments", problems=(409,)),
        route("GET", "/api/experiments", list_experiments, tag="experiments"),
        route("GET", "/api/experiments/{name}", get_experiment, tag="experiments", problems=(404,)),
    ]
