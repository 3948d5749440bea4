"""Short posts: which requests are, and what they are answered."""

import logging
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from email.utils import formatdate
from functools import lru_cache
from typing import TypeAlias, cast

import msgspec
from aiohttp import web
from chachaml_kernel.errors import ChachamlError, Forbidden, Invalid
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.ports import Caller
from msgspec import Struct, field

from chachaml_ui.answers import JSON_HEADERS, failed, from_error
from chachaml_ui.api.binding import once_of
from chachaml_ui.api.json_bodies import read_typed
from chachaml_ui.api.queries import read_path
from chachaml_ui.api.table import Call, CallHandler, Nothing, Route
from chachaml_ui.budget import SMALL, Budget
from chachaml_ui.draining import Drain
from chachaml_ui.express.heads import Head, read_head
from chachaml_ui.security import Gate
from chachaml_ui.telemetry import Telemetry

logger = logging.getLogger(__name__)

JSON = frozenset({"application/json", "application/json; charset=utf-8"})
NEEDED = frozenset({"host", "content-type", "content-length"})
REPEATED = NEEDED | {
    "accept",
    "accept-encoding",
    "accept-language",
    "connection",
    "forwarded",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
}
"""Headers that a client sends each time alike, and that are no secrets."""
UNDERSTOOD = REPEATED | {"authorization", "idempotency-key"}
"""Headers that mean nothing to a short post, as do those that begin with `x-`, or are heeded here.
What only browsers send is not among them."""

REMEMBERED = 1_000
LONGEST = 1_000
"""How many heads are remembered, and of how many bytes each at most."""

Places: TypeAlias = Mapping[int, Sequence[tuple[Sequence[str], Route]]]
"""Routes with the parts of their paths, by how many these are."""

_plain_path = re.compile(r"[A-Za-z0-9/._~-]+")
_encode = msgspec.json.Encoder().encode


class Post(Struct, frozen=True):
    """A short post as its head tells it: `path` are the route's parameters."""

    route: Route
    handler: CallHandler
    path: msgspec.Struct
    target: str
    headers: Mapping[str, str]

    @property
    def is_repeated(self) -> bool:
        """Tell whether others like it will come, and nothing in its head is a secret."""
        return self.headers.keys() <= REPEATED


class Framed(Struct, frozen=True):
    """A request with a body of `length` bytes; `post` if it is a short post."""

    length: int
    post: Post | None


class Posts(Struct, frozen=True, eq=False, kw_only=True):
    """Answers short posts, which are for handlers that need no more than a `Call`."""

    kernel: Kernel
    gate: Gate
    drain: Drain
    telemetry: Telemetry
    budget: Budget
    places: Places
    _remembered: dict[bytes, Framed] = field(default_factory=dict)

    def read(self, raw: bytes) -> Framed | None:
        """Return what a head says, or None if it is not plain."""
        known = self._remembered.get(raw)
        if known is not None:
            return known
        head = read_head(raw)
        if head is None:
            return None
        post = self._recognise(head)
        framed = Framed(head.length, post)
        if post is not None and post.is_repeated and len(raw) <= LONGEST:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[raw] = framed
        return framed

    def _recognise(self, head: Head) -> Post | None:
        """Return the short post of a head; None also for what is refused, which others explain."""
        headers = head.headers
        if (
            head.method != "POST"
            or not headers.keys() >= NEEDED
            or not all(name in UNDERSTOOD or name.startswith("x-") for name in headers)
            or head.length > min(SMALL, self.budget.longest)
            or not _plain_path.fullmatch(head.target)
            or head.target in self.kernel.mounts
        ):
            return None
        try:
            self.gate.check_host(headers["host"])
            found = self._find(head.target)
        except (Forbidden, Invalid):
            return None
        if found is None:
            return None
        route, path = found
        kind = headers["content-type"].lower()
        # Of these routes no handler wants more than a `Call`; see `places_of`.
        handler = cast("CallHandler", route.handler) if kind in JSON else route.others.get(kind)
        if handler is None:
            return None
        return Post(route, handler, path, head.target, headers)

    def _find(self, target: str) -> tuple[Route, msgspec.Struct] | None:
        """Return the route at a path, and its parameters; raise `Invalid` for wrong ones."""
        parts = target.split("/")
        for names, route in self.places.get(len(parts), ()):
            pairs = list(zip(names, parts, strict=True))
            if all(part if name[:1] == "{" else part == name for name, part in pairs):
                values = {name[1:-1]: part for name, part in pairs if name[:1] == "{"}
                return route, read_path(values, route.path_type)
        return None

    async def answer(self, post: Post, body: bytes, address: str) -> bytes:
        """Return all bytes of the answer to a post that comes from an address, and count it."""
        begin = time.perf_counter()
        status = 500
        try:
            content = _encode(await self._call(post, body, address))
            status, head = 200, OK
        except ChachamlError as error:
            status, head, content = _refusal(from_error(error))
        except Exception:
            logger.exception("POST %s failed", post.target)
            status, head, content = _refusal(failed())
        finally:
            self.telemetry.count("POST", post.route.path, status, time.perf_counter() - begin)
        end = b"Connection: close\r\n" if self.drain.ending else b""
        date = _date(int(time.time()))
        length = len(content)
        return b"%b%bDate: %b\r\nContent-Length: %d\r\n\r\n%b" % (head, end, date, length, content)

    async def _call(self, post: Post, body: bytes, address: str) -> object:
        """Do as the handler of a route that the framework serves is called."""
        kernel, route, principal = self.kernel, post.route, None
        if kernel.authenticator is not None:
            caller = Caller(method="POST", path=post.target, headers=post.headers, address=address)
            principal = await kernel.authenticator.authenticate(caller)
        is_raw = route.body_type is bytes
        sent = body if is_raw else read_typed(body or b"{}", route.body_type)
        once = once_of("POST", post.target, body, post.headers.get("idempotency-key"))
        with self.budget.share() as share:
            call = Call(kernel, post.path, Nothing(), sent, once, share, principal)
            return await post.handler(call)


POSTS = web.AppKey("posts", Posts)
"""Where the application has what answers short posts, if any may pass the framework by."""


def places_of(table: Iterable[Route]) -> Places:
    """Return the routes of short posts."""
    places: dict[int, list[tuple[Sequence[str], Route]]] = {}
    for route in table:
        is_post = route.method == "POST" and route.takes_body and route.query_type is Nothing
        if is_post and not route.on_web:
            parts = route.path.split("/")
            places.setdefault(len(parts), []).append((parts, route))
    return places


def _refusal(answer: web.Response) -> tuple[int, bytes, bytes]:
    """Return the status, the head and the body of an error's answer."""
    body = answer.body
    assert isinstance(body, bytes)
    return answer.status, _head(answer.status, answer.reason, answer.headers), body


def _head(status: int, reason: str, headers: Mapping[str, str]) -> bytes:
    """Return a head without its end, and without what differs from answer to answer."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {reason}\r\n{lines}".encode()


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    """Return what `Date` says in this second (RFC 9110, 6.6.1)."""
    return formatdate(second, usegmt=True).encode()


OK = _head(200, "OK", JSON_HEADERS)
