"""The addresses of all pages."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib import import_module
from typing import TypeAlias

from aiohttp import web

Show: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGES: Mapping[str, str] = {
    "/runs": "runs.page.list_runs",
    "/runs/{id}": "run.page.show_run",
    "/runs/{id}/artifacts/{artifact}": "run.artifact.show_artifact",
    "/runs/{id}/artifacts/{artifact}/picture": "run.artifact.show_picture",
    "/compare": "compare.page.show_comparison",
    "/experiments": "experiments.list_experiments",
    "/models": "models.list_models",
    "/models/{name:[^/]+}": "model.show_model",
    "/search": "search.search",
    "/chat": "chat.chat",
}
"""The functions that show the pages, by address."""


async def index(_: web.Request) -> web.Response:
    """Send the reader on to the list of runs."""
    raise web.HTTPFound("/runs")


def routes() -> Sequence[web.RouteDef]:
    """Return the routes of all pages."""
    pages = (web.get(address, _imported_later(name)) for address, name in PAGES.items())
    return [web.get("/", index), *pages]


def _imported_later(name: str) -> Show:
    """Return what shows a page. Its module, and Jinja, wait for the first who asks for it."""
    module, _, function = f"chachaml_ui.pages.{name}".rpartition(".")
    found: Show | None = None

    async def show(request: web.Request) -> web.StreamResponse:
        nonlocal found
        if found is None:  # off the event loop, since it takes up to a tenth of a second
            found = getattr(await asyncio.to_thread(import_module, module), function)
        return await found(request)

    return show
