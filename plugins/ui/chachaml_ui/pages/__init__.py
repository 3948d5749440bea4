"""The web pages: rendered on the server, each a view of its address alone."""

import json
import math
import shlex
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import quote

import aiohttp_jinja2
import jinja2
from aiohttp import web
from chachaml_kernel.domain.values import number_text, text_of

from chachaml_ui.pages import words
from chachaml_ui.pages.figures import figure
from chachaml_ui.pages.routes import routes
from chachaml_ui.pages.static import read_static
from chachaml_ui.previews.preview import pretty

FILTERS: Mapping[str, Callable[..., str]] = {
    "moment": words.moment,
    "precise": words.precise,
    "duration": words.duration,
    "figure": figure,
    "number_text": number_text,
    "text_of": text_of,
    "size": words.size,
    "segment": partial(quote, safe=""),
    "pretty": pretty,
    "shell": shlex.quote,
    "python": json.dumps,
}
"""What templates write values with; `shell` and `python` write them for programs, `segment` for one
segment of a path."""


def setup(app: web.Application) -> None:
    """Let `app` serve the pages, and the static files that they need."""
    static = read_static()
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.PackageLoader("chachaml_ui"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        filters=FILTERS,
    )
    environment.tests["finite"] = math.isfinite
    app[aiohttp_jinja2.static_root_key] = static.root
    app.router.add_get("/static/{version}/{name:.+}", static.serve)
    app.add_routes(routes())
