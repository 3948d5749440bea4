"""Routes that sum many runs up."""

from chachaml_ui.api import run_queries, wire_experiments
from chachaml_ui.api.table import Call, Nothing, Route, route


async def count_runs(
    call: Call[Nothing, run_queries.Runs, None],
) -> wire_experiments.Counts:
    """Count the runs that a list would have, by status.

    `status` and `archived` choose nothing here, and neither do the order and the page.
    """
    query = run_queries.runs_query(call.query)
    return wire_experiments.from_counts(await call.kernel.runs.counts(query))


def routes() -> list[Route]:
    """Return the routes of summaries."""
    return [route("GET", "/api/runs/counts", count_runs, tag="runs")]
