"""Answers: JSON bodies, and what errors look like."""

from collections.abc import Mapping

import msgspec
from aiohttp import web
from chachaml_kernel.errors import (
    ChachamlError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Overloaded,
    Unauthenticated,
    Upstream,
)
from multidict import CIMultiDict

from chachaml_ui.budget import TooLarge
from chachaml_ui.security import API_HEADERS

JSON = "application/json; charset=utf-8"
JSON_HEADERS = CIMultiDict({**API_HEADERS, "Content-Type": JSON, "Cache-Control": "no-store"})
VARY = {"Vary": "Accept"}
"""What is said of an answer that could have been of another media type."""

STATUSES: Mapping[type[ChachamlError], int] = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Overloaded: 429,
    Upstream: 503,
}
"""An error of another kind is a fault of ours."""

LONGEST = 10_000
"""Characters of a `detail`; of a longer one the middle is left out."""

_encoder = msgspec.json.Encoder()


def json_answer(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return `value` as JSON; head and body leave in one write."""
    answer = web.Response(body=_encoder.encode(value), status=status, headers=JSON_HEADERS)
    if headers is not None:
        answer.headers.update(headers)
    return answer


def problem(
    status: int, error: str, detail: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return an error in the one form that all errors have.

    `detail` may quote what a client sent, even if that is very long or no Unicode text.
    """
    if len(detail) > LONGEST:
        detail = f"{detail[: LONGEST // 2]} … {detail[-LONGEST // 2 :]}"
    clean = detail.encode(errors="backslashreplace").decode()
    return json_answer({"error": error, "detail": clean}, status=status, headers=headers)


def from_error(error: ChachamlError) -> web.Response:
    """Return what a client sees of an error of the kernel."""
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = error.challenge
    if isinstance(error, Overloaded | Upstream):
        headers["Retry-After"] = str(error.retry_after)
    return problem(status_of(error), error.error, error.detail, headers)


def failed() -> web.Response:
    """Return what a client sees of a fault of ours."""
    return problem(500, "internal error", "the server failed on this request; its log says why")


def status_of(error: ChachamlError) -> int:
    """Return the status that an error of the kernel is answered with."""
    kinds = (kind for kind in type(error).__mro__ if kind in STATUSES)
    return STATUSES.get(next(kinds, type(error)), 500)


def from_framework(request: web.Request, error: web.HTTPException) -> web.Response:
    """Return what a client sees of an error that the web framework raised.

    What is no error, a redirect for example, is passed on by raising it again.
    """
    if error.status < 400:
        raise error
    if isinstance(error, web.HTTPNotFound):
        return problem(404, "no such route", f"nothing is at {request.path}")
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        detail = f"{request.path} does not take {request.method}; it takes {allowed}"
        return problem(405, "method not allowed", detail, {"Allow": allowed})
    return problem(error.status, error.reason.lower(), error.text or error.reason)
