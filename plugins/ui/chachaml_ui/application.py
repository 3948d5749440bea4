"""The web application: all routes behind one gate, all errors in one form."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from aiohttp import web
from chachaml_kernel.errors import ChachamlError, Invalid
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.ports import Caller

from chachaml_ui.answers import failed, from_error, from_framework
from chachaml_ui.api.routes import routes as api_routes
from chachaml_ui.api.routes import table
from chachaml_ui.budget import Budget
from chachaml_ui.connection import GONE, is_gone
from chachaml_ui.draining import Drain
from chachaml_ui.express.posts import POSTS, Posts, places_of
from chachaml_ui.keys import (
    ANSWERED,
    BODY_TIMEOUT,
    BUDGET,
    DRAIN,
    KERNEL,
    PRINCIPAL,
    TELEMETRY,
    WATCHERS,
)
from chachaml_ui.pages import static
from chachaml_ui.pages.errors import dress
from chachaml_ui.pages.routes import routes as page_routes
from chachaml_ui.security import Gate, add_headers, gate, is_open
from chachaml_ui.settings import Ui
from chachaml_ui.telemetry import Telemetry
from chachaml_ui.watchers import Watchers

logger = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(settings: Ui, kernel: Kernel, *, worker: int | None = None) -> web.Application:
    """Return the application that serves `kernel`, maybe as one of several, with a number."""
    app = web.Application()
    app[KERNEL] = kernel
    app[BUDGET] = Budget(settings.body_budget, settings.max_body)
    app[DRAIN] = drain = Drain()
    app[TELEMETRY] = Telemetry(worker)
    app[WATCHERS] = Watchers(settings.max_watchers, settings.heartbeat)
    app[BODY_TIMEOUT] = settings.body_timeout
    door = gate(settings.host, settings.allowed_hosts)
    app.middlewares.append(_serving(app, door))
    if not settings.access_log:
        app[POSTS] = Posts(
            kernel=kernel,
            gate=door,
            drain=drain,
            telemetry=app[TELEMETRY],
            budget=app[BUDGET],
            places=places_of(table()),
        )
    app.on_response_prepare.append(_preparing(drain))
    static_files = web.get("/static/{version}/{name:.+}", static.serve)
    app.add_routes([*api_routes(), *page_routes(), static_files])
    return app


def _preparing(drain: Drain) -> Callable[..., Awaitable[None]]:
    async def prepare(_: web.BaseRequest, answer: web.StreamResponse) -> None:
        add_headers(answer)
        drain.announce_end(answer)

    return prepare


def _serving(app: web.Application, door: Gate) -> Callable[..., Awaitable[web.StreamResponse]]:
    kernel, telemetry, drain = app[KERNEL], app[TELEMETRY], app[DRAIN]

    @web.middleware
    async def serve(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer each request, and count it under the template of its route."""
        begin = time.perf_counter()
        status = 500
        drain.begin()
        try:
            answer = await _answer(request, handler, door, kernel)
            status = answer.status
        except web.HTTPException as answered:
            status = answered.status
            raise
        except ConnectionError:
            status = GONE if is_gone(request) else status
            raise
        finally:
            drain.end()
            resource = request.match_info.route.resource
            template = "unknown" if resource is None else resource.canonical
            until = request.get(ANSWERED) or time.perf_counter()
            telemetry.count(request.method, template, status, until - begin)
        return answer

    return serve


async def _answer(
    request: web.Request, handler: Handler, door: Gate, kernel: Kernel
) -> web.StreamResponse:
    """Let a request in or not, and turn what goes wrong into an answer."""
    try:
        door.check(request)
        _check_address(request)
        await _authenticate(request, kernel)
        return await handler(request)
    except ChachamlError as error:
        return _unless_begun(request, error, dress(request, from_error(error)))
    except web.HTTPException as error:
        return dress(request, from_framework(request, error))
    except ConnectionError:
        raise
    except Exception as error:
        logger.exception("%s %s failed", request.method, request.path)
        return _unless_begun(request, error, dress(request, failed()))


def _unless_begun(
    request: web.Request, error: Exception, answer: web.StreamResponse
) -> web.StreamResponse:
    """Return `answer`, or break the connection off if another answer is half sent already."""
    if request.writer.output_size > 0:
        logger.warning("%s %s broke off: %s", request.method, request.path, error)
        raise ConnectionAbortedError(str(error)) from error
    if request.content.exception() is not None:
        # Where the body is broken, nobody knows where the next request begins.
        request.content.feed_eof()
        answer.force_close()
    return answer


def _check_address(request: web.Request) -> None:
    """Raise `Invalid` for an address that is no text: bytes that are not UTF-8, or a NUL."""
    path = request.raw_path
    if "%" not in path and path.isascii():
        return
    try:
        text = unquote_to_bytes(path).decode()
    except UnicodeError:
        raise Invalid("the address is not UTF-8, percent-encoded; write é as %C3%A9") from None
    if "\0" in text:  # which not all stores could even look for
        raise Invalid("the address holds a NUL character, which no text has; leave %00 out")


async def _authenticate(request: web.Request, kernel: Kernel) -> None:
    """Remember who is asking, if an authenticator is there to tell."""
    if kernel.authenticator is None or is_open(request):
        return
    headers = {name.lower(): value for name, value in request.headers.items()}
    caller = Caller(
        method=request.method, path=request.path, headers=headers, address=request.remote or ""
    )
    request[PRINCIPAL] = await kernel.authenticator.authenticate(caller)
