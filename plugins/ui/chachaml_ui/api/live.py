"""The route of live updates."""

import time
from contextlib import aclosing, suppress
from typing import Annotated

from aiohttp import web
from chachaml_kernel.domain.live import Series, Watch
from chachaml_kernel.errors import Invalid
from msgspec import Meta, Struct, field

from chachaml_ui.api.streams import EVENT_HEADERS, EVENTS
from chachaml_ui.api.table import Nothing, Route, WebCall, route
from chachaml_ui.api.wire.live import events, first_events
from chachaml_ui.keys import ANSWERED, WATCHERS

NOT_WANTED = "-"


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """Which runs are watched, and of which of their metrics points are wanted."""

    runs: Annotated[str, Meta(description="Ids with commas between")] = ""
    keys: dict[str, str] = field(default_factory=dict, name="key.")


async def watch(call: WebCall[Nothing, Asked, None]) -> web.StreamResponse:
    """Tell of changes as they happen, as server-sent events.

    `key.KEY=` asks for the points of a metric that come from now on, `key.KEY=120,7` for those
    behind the first 120 of the first run and the first 7 of the second one.
    """
    wanted, request = read_watch(call.query), call.request
    answer = web.StreamResponse(headers=EVENT_HEADERS)
    if request.method == "HEAD":
        return answer
    watchers = request.app[WATCHERS]
    updates = call.kernel.live.watch(wanted, patience=watchers.heartbeat)
    with suppress(ConnectionError):  # who has gone away need not be told
        async with watchers.one(), aclosing(updates):
            now = call.kernel.now()
            first = first_events(await anext(updates), now=now, heartbeat=watchers.heartbeat)
            await answer.prepare(request)
            await watchers.send(request, answer, first)
            request[ANSWERED] = time.perf_counter()
            async for update in updates:
                await watchers.send(request, answer, events(update))
    return answer


def read_watch(asked: Asked) -> Watch:
    """Return what a query string asks to watch."""
    run_ids = [run_id for run_id in asked.runs.split(",") if run_id]
    if len(set(run_ids)) < len(run_ids):
        raise Invalid("a run is there twice in runs; name each once")
    series: dict[Series, int | None] = {}
    for key, text in asked.keys.items():
        counts = text.split(",") if text else [""] * len(run_ids)
        if len(counts) != len(run_ids):
            raise Invalid(
                f"key.{key} has {len(counts)} counts, but there are {len(run_ids)} runs; "
                "give one for each in their order, or none at all"
            )
        for run_id, count in zip(run_ids, counts, strict=True):
            if count != NOT_WANTED:
                series[run_id, key] = _count(key, count)
    return Watch(run_ids, series)


def _count(key: str, text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Invalid(
            f"key.{key} has the count {text!r}; a count is the number of points that you have, "
            f"nothing at all for those from now on, or {NOT_WANTED} for none"
        )
    return int(text) if text else None


def routes() -> list[Route]:
    """Return the route of live updates."""
    return [route("GET", "/api/live", watch, tag="live", media=(EVENTS,))]
