"""Errors as a reader sees them: a page that says what is wrong and where to go."""

import msgspec
from aiohttp import web

from chachaml_ui.pages.places import PLACES
from chachaml_ui.security import HEALTH, PAGE_POLICY, STATIC

NO_PAGES = ("/api/", *HEALTH, "/metrics", STATIC)
"""What is under these addresses is for programs."""


class Said(msgspec.Struct, frozen=True):
    """What an error's answer says to programs."""

    error: str
    detail: str


def dress(request: web.Request, answer: web.Response) -> web.Response:
    """Return an error's `answer` with a page for its body, where a reader asked for a page."""
    if not _is_read(request):
        return answer
    # As every page: not before somebody asks.
    from chachaml_ui.pages.frame import bare_frame
    from chachaml_ui.pages.templates import environment

    said = msgspec.json.decode(answer.text or "", type=Said)
    context = {
        "said": said,
        "status": answer.status,
        "retry_after": answer.headers.get("Retry-After"),
        "frame": bare_frame(request),
    }
    answer.content_type = "text/html"
    answer.text = environment().get_template("error.html").render(context)
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Content-Security-Policy"] = PAGE_POLICY
    return answer


def _is_read(request: web.Request) -> bool:
    """Tell whether the answer is looked at: the address is a page's, or a browser is asking."""
    path = request.path
    if path.startswith(NO_PAGES):
        return False
    if any(place.is_around(path) for place in PLACES):
        return True
    return "text/html" in request.headers.get("Accept", "")
