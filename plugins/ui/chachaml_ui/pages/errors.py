"""Errors as a reader sees them: a page that says what is wrong and where to go."""

import functools
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import aiohttp_jinja2
from aiohttp import web
from chachaml_kernel.errors import ChachamlError

from chachaml_ui.answers import from_error

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


def page(handler: Handler) -> Handler:
    """Answer the errors that `handler` raises with a page, under the status of each."""

    @functools.wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            answered = await handler(request)
        except ChachamlError as error:
            return _error_page(request, error)
        # What a page shows may change at any moment, so it is never reused unasked.
        answered.headers["Cache-Control"] = "no-cache"
        return answered

    return answer


def _error_page(request: web.Request, error: ChachamlError) -> web.Response:
    """Return what the API answers to `error`, with a page for its body."""
    answer = from_error(error)
    answer.content_type = "text/html"
    answer.text = aiohttp_jinja2.render_string(
        "error.html", request, {"error": error, "status": answer.status}
    )
    return answer
