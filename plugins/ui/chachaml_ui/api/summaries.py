"""Routes that sum many runs up."""

from typing import Annotated

from chachaml_kernel.services.metrics import MAX_SKETCH, MIN_THINNED
from msgspec import Meta, Struct

from chachaml_ui.api import run_queries, wire_experiments, wire_metrics
from chachaml_ui.api.table import Call, Nothing, Route, route


async def count_runs(
    call: Call[Nothing, run_queries.Runs, None],
) -> wire_experiments.Counts:
    """Count the runs that a list would have, by status.

    `status` and `archived` choose nothing here, and neither do the order and the page.
    """
    query = run_queries.runs_query(call.query)
    return wire_experiments.from_counts(await call.kernel.runs.counts(query))


class Sketched(Struct, frozen=True, forbid_unknown_fields=True):
    """Which metric of which runs, and how many points of each at most."""

    runs: Annotated[str, Meta(description="Ids with commas between them", examples=["4f2a,9c81"])]
    key: str
    points: Annotated[
        int, Meta(extra_json_schema={"minimum": MIN_THINNED, "maximum": MAX_SKETCH})
    ] = 40


async def sketch_runs(
    call: Call[Nothing, Sketched, None],
) -> dict[str, wire_metrics.Sketch]:
    """Return a small curve of one metric for each of some runs that has it, by run."""
    asked = call.query
    ids = [id_ for id_ in asked.runs.split(",") if id_]
    found = await call.kernel.metrics.sketches(ids, asked.key, max_points=asked.points)
    return {run_id: wire_metrics.sketch_of(outline) for run_id, outline in found.items()}


def routes() -> list[Route]:
    """Return the routes of summaries."""
    return [
        route("GET", "/api/runs/counts", count_runs, tag="runs"),
        route("GET", "/api/sparks", sketch_runs, tag="metrics"),
    ]
