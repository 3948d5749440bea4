"""The templates of the pages, and what they write values with."""

import json
import math
import shlex
from collections.abc import Callable, Mapping
from functools import cache, partial
from urllib.parse import quote

import jinja2
from chachaml_kernel.domain.values import number_text, text_of

from chachaml_ui.pages import words
from chachaml_ui.pages.figures import figure
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


@cache
def environment() -> jinja2.Environment:
    """Return what renders the templates; made once, by the first page."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("chachaml_ui"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    root = read_static().root
    made.filters.update(FILTERS)
    made.globals["static"] = lambda name: f"{root}/{name}"
    made.tests["finite"] = math.isfinite
    return made
