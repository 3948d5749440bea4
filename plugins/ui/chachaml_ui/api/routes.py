"""The table: all routes of the API."""

import re
from collections.abc import Sequence
from functools import cache

import msgspec
from aiohttp import web

from chachaml_ui.answers import JSON
from chachaml_ui.api import (
    annotations,
    artifacts,
    bulk,
    chat,
    completions,
    direct,
    distributions,
    experiments,
    exports,
    health,
    live,
    markdown,
    metrics,
    models,
    runs,
    summaries,
    views,
)
from chachaml_ui.api.binding import bind
from chachaml_ui.api.bodies import expect
from chachaml_ui.api.openapi import document
from chachaml_ui.api.table import Nothing, Route, WebCall, route


def table() -> list[Route]:
    """Return all routes of the API, in the order in which they are documented."""
    # The router tries them in this order, and points are logged far more often than all else.
    modules = (
        metrics,
        summaries,
        distributions,
        runs,
        live,
        bulk,
        completions,
        artifacts,
        direct,
        annotations,
        markdown,
        chat,
        models,
        experiments,
        views,
        exports,
        health,
    )
    here = route("GET", "/api/openapi.json", describe, tag="operation")
    return [*(entry for module in modules for entry in module.routes()), here]


def routes() -> Sequence[web.RouteDef]:
    """Return what the web framework serves; its routes for `GET` take `HEAD` too."""
    served = []
    for entry in table():
        # A parameter is anything but a slash; one that is percent-encoded belongs to it.
        path = re.sub(r"\{(\w+)\}", r"{\1:[^/]+}", entry.path)
        served.append(web.route(entry.method, path, bind(entry), expect_handler=expect))
    return served


async def describe(call: WebCall[Nothing, Nothing, None]) -> web.StreamResponse:  # noqa: ARG001
    """Return this document."""
    headers = {"Content-Type": JSON, "Cache-Control": "no-cache"}
    return web.Response(body=_document(), headers=headers)


@cache
def _document() -> bytes:
    return msgspec.json.encode(document(table()))
