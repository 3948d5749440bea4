"""Routes of runs: their life, their lists, and runs side by side."""

from typing import Annotated, Any

from chachaml_kernel.domain.experiments import DEFAULT
from chachaml_kernel.domain.paging import Page, next_cursor
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunRow
from msgspec import Meta, Struct

from chachaml_ui.api import run_queries
from chachaml_ui.api.table import Call, Nothing, Paged, Route, route
from chachaml_ui.api.wire import comparisons as wire_comparisons
from chachaml_ui.api.wire import runs as wire_runs
from chachaml_ui.api.wire.artifacts import to_dataset
from chachaml_ui.api.wire.values import Empty, Id, Ok


class RunPath(Struct, frozen=True):
    """A run by its id."""

    id: Id


class Compared(Struct, frozen=True, forbid_unknown_fields=True):
    """Which runs to put side by side: ids with commas between them."""

    ids: Annotated[
        str, Meta(examples=["4f2a,9c81"], extra_json_schema={"pattern": "^[^,]+(,[^,]+)+$"})
    ]


async def start_run(call: Call[Nothing, Nothing, wire_runs.StartRun]) -> wire_runs.Run:
    """Start a run."""
    body = call.body
    run = await call.kernel.runs.start(
        experiment=DEFAULT if body.experiment is None else body.experiment,
        name=body.name,
        tags=body.tags,
        parent_run_id=body.parent_run_id,
        created_by=call.caller if body.created_by is None else body.created_by,
        env=body.env,
        datasets=[to_dataset(dataset) for dataset in body.datasets or ()],
        once=call.once,
    )
    return wire_runs.from_run(run)


async def log_params(call: Call[RunPath, Nothing, wire_runs.Params]) -> Ok:
    """Write params of a run, each once and for all; any JSON value will do."""
    await call.kernel.runs.log_params(call.path.id, call.body, once=call.once)
    return Ok()


async def end_run(call: Call[RunPath, Nothing, wire_runs.EndRun]) -> Ok:
    """End a run, as completed if nothing else is said."""
    status = "completed" if call.body.status is None else call.body.status
    await call.kernel.runs.end(call.path.id, status=status, error=call.body.error, once=call.once)
    return Ok()


async def resume_run(call: Call[RunPath, Nothing, Empty]) -> wire_runs.Run:
    """Let a run take writes again."""
    return wire_runs.from_run(await call.kernel.runs.resume(call.path.id, once=call.once))


async def archive_run(call: Call[RunPath, Nothing, Empty]) -> Ok:
    """Hide a run from lists."""
    await call.kernel.runs.archive(call.path.id, once=call.once)
    return Ok()


async def restore_run(call: Call[RunPath, Nothing, Empty]) -> Ok:
    """Show an archived run in lists again."""
    await call.kernel.runs.restore(call.path.id, once=call.once)
    return Ok()


async def delete_run(call: Call[RunPath, Nothing, None]) -> Ok:
    """Delete an archived run for ever, with all that is its own."""
    await call.kernel.runs.delete(call.path.id, once=call.once)
    return Ok()


async def list_runs(call: Call[Nothing, run_queries.Runs, None]) -> Paged[wire_runs.RunRow]:
    """List runs; `tag.KEY=VALUE` and `param.KEY=VALUE` choose by tag and by param."""
    query = run_queries.runs_query(call.query)
    return _paged(await call.kernel.runs.list(query), query)


async def search_runs(call: Call[Nothing, run_queries.Search, None]) -> Paged[wire_runs.RunRow]:
    """List runs whose latest value of a metric compares as asked; NaN never does."""
    query = run_queries.search_query(call.query)
    return _paged(await call.kernel.runs.list(query), query)


async def get_run(call: Call[RunPath, Nothing, None]) -> wire_runs.RunWhole:
    """Return a run whole, without the points of its metrics."""
    return wire_runs.from_detail(await call.kernel.runs.get(call.path.id))


async def compare_runs(call: Call[Nothing, Compared, None]) -> wire_comparisons.Comparison:
    """Put two or more runs side by side."""
    ids = [id_ for id_ in call.query.ids.split(",") if id_]
    return wire_comparisons.from_comparison(await call.kernel.runs.compare(ids))


def _paged(page: Page[RunRow], query: RunQuery) -> Paged[wire_runs.RunRow]:
    return Paged([wire_runs.from_row(row) for row in page.rows], next_cursor(str(query.sort), page))


def routes() -> list[Route]:
    """Return the routes of runs."""
    one: dict[str, Any] = {"tag": "runs", "problems": (404,)}
    writing: dict[str, Any] = {"tag": "runs", "problems": (404, 409)}
    return [
        route("POST", "/api/w/runs", start_run, **writing),
        route("POST", "/api/w/runs/{id}/params", log_params, **writing),
        route("POST", "/api/w/runs/{id}/end", end_run, **writing),
        route("POST", "/api/w/runs/{id}/resume", resume_run, **writing),
        route("POST", "/api/w/runs/{id}/archive", archive_run, **writing),
        route("POST", "/api/w/runs/{id}/restore", restore_run, **writing),
        route("DELETE", "/api/w/runs/{id}", delete_run, **writing),
        route("GET", "/api/runs", list_runs, tag="runs"),
        route("GET", "/api/runs/{id}", get_run, **one),
        route("GET", "/api/search", search_runs, tag="runs"),
        route("GET", "/api/compare", compare_runs, **one),
    ]
