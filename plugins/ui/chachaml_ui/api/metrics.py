"""Routes of metrics: logging points, and reading a series."""

from typing import Annotated, Literal

from aiohttp import web
from chachaml_kernel.domain.metrics import MAX_STEP, MIN_STEP, Window
from chachaml_kernel.services.metrics import MAX_THINNED, MIN_THINNED
from msgspec import Meta, Struct, field

from chachaml_ui.answers import JSON
from chachaml_ui.api import streams, wire_metrics
from chachaml_ui.api.metric_bodies import read_points
from chachaml_ui.api.runs import RunPath
from chachaml_ui.api.table import Call, Nothing, Route, route
from chachaml_ui.api.wire import Ok

Bound = Annotated[int, Meta(ge=MIN_STEP, le=MAX_STEP)]


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of which series: `from` and `to` are on the axis `x`, both included."""

    key: str
    max_points: (
        Annotated[int, Meta(extra_json_schema={"minimum": MIN_THINNED, "maximum": MAX_THINNED})]
        | None
    ) = None
    x: Literal["step", "time"] = "step"
    first: Bound | None = field(default=None, name="from")
    last: Bound | None = field(default=None, name="to")


async def log_metrics(call: Call[RunPath, Nothing, bytes]) -> Ok:
    """Log points of a run's metrics, all of the request or nothing.

    Flat: each key at that step; `step` and `timestamp` are reserved. Grouped under `metrics`: for
    keys that would collide with these. An array: many of the above. Columns: the form for bulk.
    A value is a number, or one of the words `NaN`, `Infinity`, `-Infinity`, quoted or bare.
    """
    points = read_points(call.body, call.kernel.now())
    await call.kernel.metrics.append(call.path.id, points, once=call.once)
    return Ok()


async def get_history(
    call: Call[RunPath, Asked, None],
) -> wire_metrics.History | web.StreamResponse:
    """Return one series; with `max_points`, thinned so that its peaks stay visible."""
    asked = call.query
    outline = await call.kernel.metrics.history(
        call.path.id,
        asked.key,
        window=Window(asked.x, asked.first, asked.last),
        max_points=asked.max_points,
    )
    if len(outline.points) <= wire_metrics.SLICE:
        return wire_metrics.from_outline(asked.key, outline)
    answer = web.StreamResponse(headers={"Content-Type": JSON, "Cache-Control": "no-store"})
    pieces = wire_metrics.pieces_of_outline(asked.key, outline)
    return await streams.stream(call.request, answer, pieces)


def routes() -> list[Route]:
    """Return the routes of metrics."""
    return [
        route(
            "POST",
            "/api/w/runs/{id}/metrics",
            log_metrics,
            tag="metrics",
            problems=(404, 409),
            schema=wire_metrics.BODY,
            examples=wire_metrics.EXAMPLES,
        ),
        route("GET", "/api/runs/{id}/metrics", get_history, tag="metrics", problems=(404,)),
    ]
