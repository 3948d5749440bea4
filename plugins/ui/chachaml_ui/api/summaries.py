"""Routes that sum many runs up."""

from typing import Annotated

from chachaml_kernel.domain.groups import Grouping, parse_by
from chachaml_kernel.errors import Invalid
from chachaml_kernel.services.metrics import MAX_SKETCH, MIN_THINNED
from msgspec import Meta, Struct, structs

from chachaml_ui.api import run_queries
from chachaml_ui.api.table import Call, Nothing, Route, route
from chachaml_ui.api.wire import experiments as wire_experiments
from chachaml_ui.api.wire import groups as wire_groups
from chachaml_ui.api.wire import metrics as wire_metrics


async def count_runs(
    call: Call[Nothing, run_queries.Runs, None],
) -> wire_experiments.Counts:
    """Count the runs that a list would have, by status.

    `status` and `archived` choose nothing here, and neither do the order and the page.
    """
    query = run_queries.runs_query(call.query)
    return wire_experiments.from_counts(await call.kernel.runs.counts(query))


GROUP_PATTERN = r"^(experiment|status|created_by|(param|tag)\..+)$"
SORT_PATTERN = r"^(count|metric\..+)$"

Keys = Annotated[str, Meta(description="Keys with commas between them", examples=["loss,accuracy"])]


class Grouped(run_queries.Runs, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which runs, by what they are grouped, and by what the groups are described."""

    by: Annotated[
        str,
        Meta(
            description="experiment, status, created_by, param.K or tag.K",
            examples=["param.lr"],
            extra_json_schema={"pattern": GROUP_PATTERN},
        ),
    ]
    metrics: Keys = ""
    agreeing: Keys = ""
    sort: Annotated[
        str,
        Meta(description="count or metric.K", extra_json_schema={"pattern": SORT_PATTERN}),
    ] = "count"


async def group_runs(call: Call[Nothing, Grouped, None]) -> wire_groups.Groups:
    """Group the runs that a list would have, and say what their metrics come to."""
    asked = call.query
    order, _, key = asked.sort.partition(".")
    if order not in ("count", "metric") or bool(key) != (order == "metric"):
        raise Invalid(f"cannot sort groups by {asked.sort!r}; use count or metric.KEY")
    if asked.cursor is not None:
        raise Invalid("groups have no further pages; ask for a higher limit, or choose fewer runs")
    by, by_key = parse_by(asked.by)
    query = run_queries.runs_query(structs.replace(asked, sort="started_at"))
    grouping = Grouping(
        by=by,
        key=by_key,
        metrics=_keys(asked.metrics),
        params=_keys(asked.agreeing),
        sort=key or None,
        descending=asked.order != "asc",
        limit=asked.limit,
    )
    return wire_groups.from_groups(await call.kernel.runs.groups(query, grouping))


def _keys(text: str) -> list[str]:
    return list(dict.fromkeys(key for key in text.split(",") if key))


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
        route("GET", "/api/runs/groups", group_runs, tag="runs"),
        route("GET", "/api/sparks", sketch_runs, tag="metrics"),
    ]
