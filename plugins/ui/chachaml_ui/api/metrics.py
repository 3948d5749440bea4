"""Routes of metrics: logging points, and reading a series."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Literal

from aiohttp import web
from chachaml_kernel.domain.metrics import MAX_STEP, MIN_STEP, Points, Window
from chachaml_kernel.errors import Invalid
from chachaml_kernel.services.metrics import MAX_THINNED, MIN_THINNED
from msgspec import Meta, Struct, field

from chachaml_ui.answers import JSON as JSON_UTF8
from chachaml_ui.answers import VARY
from chachaml_ui.api import arrow, streams
from chachaml_ui.api.bodies import ARROW
from chachaml_ui.api.metric_bodies import read_points
from chachaml_ui.api.runs import RunPath
from chachaml_ui.api.table import Call, Nothing, Route, WebCall, route
from chachaml_ui.api.turns import in_turns
from chachaml_ui.api.wire import metrics as wire_metrics
from chachaml_ui.api.wire.values import Ok

AT_ONCE = 10_000
"""A series of so many points is answered in one go."""
NOTHING = Points((), ())

Bound = Annotated[int, Meta(ge=MIN_STEP, le=MAX_STEP)]


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of which series: `from` and `to` are on the axis `x`, both included.

    `after` leaves the first so many points out.
    """

    key: str
    max_points: (
        Annotated[int, Meta(extra_json_schema={"minimum": MIN_THINNED, "maximum": MAX_THINNED})]
        | None
    ) = None
    x: Literal["step", "time"] = "step"
    first: Bound | None = field(default=None, name="from")
    last: Bound | None = field(default=None, name="to")
    after: Annotated[int, Meta(ge=0, le=MAX_STEP)] | None = None


async def log_metrics(call: Call[RunPath, Nothing, bytes]) -> Ok:
    """Log points of a run's metrics, all of the request or nothing.

    Flat: each key at that step; `step` and `timestamp` are reserved. Grouped under `metrics`: for
    keys that would collide with these. An array: many of the above. Columns: the form for bulk.
    A value is a number, or one of the words `NaN`, `Infinity`, `-Infinity`, quoted or bare.
    An Arrow IPC stream has the columns `key` and `value`, and `step` and `timestamp` if wanted.
    """
    points = await in_turns(len(call.body), read_points, call.body, call.kernel.now())
    await call.kernel.metrics.append(call.path.id, points, once=call.once)
    return Ok()


async def log_stream(call: Call[RunPath, Nothing, bytes]) -> Ok:
    """Log the points of an Arrow stream, all of them or nothing."""
    points = await arrow.read_stream(call, call.kernel.now())
    await call.kernel.metrics.append(call.path.id, points, once=call.once)
    return Ok()


async def get_history(
    call: WebCall[RunPath, Asked, None],
) -> wire_metrics.History | web.StreamResponse:
    """Return one series; with `max_points`, thinned so that its peaks stay visible."""
    if call.query.max_points is None:
        return await _whole(call)
    return await _outline(call, call.query.max_points)


async def _whole(
    call: WebCall[RunPath, Asked, None],
) -> wire_metrics.History | web.StreamResponse:
    """Answer a short series at once; read a long one a block at a time, again for each column."""
    key = call.query.key
    blocks = partial(call.kernel.metrics.history, call.path.id, key, window=_window(call.query))
    if arrow.is_wanted(call.request):
        return await arrow.answer_stream(call.request, key, blocks())
    begun = blocks()
    first = await anext(begun, NOTHING)
    if len(first) <= AT_ONCE and not len(await anext(begun, NOTHING)):
        return wire_metrics.history_of(key, first, len(first))
    return await _stream(call.request, wire_metrics.pieces_of_history(key, blocks))


async def _outline(
    call: WebCall[RunPath, Asked, None], max_points: int
) -> wire_metrics.History | web.StreamResponse:
    key = call.query.key
    outline = await call.kernel.metrics.outline(
        call.path.id, key, window=_window(call.query), max_points=max_points
    )
    blocks = partial(_blocks, outline.points)
    if arrow.is_wanted(call.request):
        return await arrow.answer_stream(call.request, key, blocks(), outline.count)
    if len(outline.points) <= AT_ONCE:
        return wire_metrics.history_of(key, outline.points, outline.count)
    pieces = wire_metrics.pieces_of_history(key, blocks, outline.count)
    return await _stream(call.request, pieces)


def _window(asked: Asked) -> Window:
    if asked.after is None:
        return Window(asked.x, asked.first, asked.last)
    if asked.first is not None or asked.last is not None:
        raise Invalid("after counts points, and from and to are on an axis; use one or the other")
    return Window("position", asked.after)


async def _blocks(points: Points) -> AsyncIterator[Points]:
    for begin in range(0, len(points), AT_ONCE):
        yield points.span(begin, begin + AT_ONCE)


async def _stream(request: web.Request, pieces: AsyncIterator[bytes]) -> web.StreamResponse:
    headers = {"Content-Type": JSON_UTF8, "Cache-Control": "no-store", **VARY}
    return await streams.stream(request, web.StreamResponse(headers=headers), pieces)


def routes() -> list[Route]:
    """Return the routes of metrics."""
    return [
        route(
            "POST",
            "/api/w/runs/{id}/metrics",
            log_metrics,
            tag="metrics",
            problems=(404, 409),
            others={ARROW: log_stream},
            schema=wire_metrics.BODY,
            examples=wire_metrics.EXAMPLES,
        ),
        route(
            "GET",
            "/api/runs/{id}/metrics",
            get_history,
            tag="metrics",
            problems=(404,),
            media=(ARROW,),
        ),
    ]
