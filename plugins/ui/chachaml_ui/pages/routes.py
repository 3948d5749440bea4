"""The addresses of all pages."""

from collections.abc import Sequence

from aiohttp import web

from chachaml_ui.pages import chat, experiments, model, models, run, search
from chachaml_ui.pages.compare import page as compare
from chachaml_ui.pages.runs import page as runs


async def index(_: web.Request) -> web.Response:
    """Send the reader on to the list of runs."""
    raise web.HTTPFound("/runs")


def routes() -> Sequence[web.RouteDef]:
    """Return the routes of all pages."""
    pages = (runs, run, compare, experiments, models, model, search, chat)
    return [web.get("/", index), *(route for page in pages for route in page.routes())]
