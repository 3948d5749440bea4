"""Routes for those who run the server: is it alive, is it ready, how busy is it?"""

from typing import Literal

from aiohttp import web
from msgspec import Struct

from chachaml_ui.api.table import Call, Nothing, Route, WebCall, route
from chachaml_ui.keys import TELEMETRY
from chachaml_ui.telemetry import render


class Health(Struct, frozen=True):
    """It is well."""

    status: Literal["ok"] = "ok"


async def alive(call: Call[Nothing, Nothing, None]) -> Health:  # noqa: ARG001
    """Tell that the server runs."""
    return Health()


async def ready(call: Call[Nothing, Nothing, None]) -> Health:
    """Tell that the store and the artifact store can be reached."""
    await call.kernel.health.check()
    return Health()


async def metrics(call: WebCall[Nothing, Nothing, None]) -> web.StreamResponse:
    """Return figures about the server in the format of Prometheus."""
    body, content_type = render(call.request.app[TELEMETRY])
    headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
    return web.Response(body=body, headers=headers)


def routes() -> list[Route]:
    """Return the routes for operators."""
    return [
        route("GET", "/healthz", alive, tag="operation", open_to_all=True),
        route("GET", "/readyz", ready, tag="operation", open_to_all=True),
        route("GET", "/metrics", metrics, tag="operation", media=("text/plain",)),
    ]
