"""Short posts: they are answered as the web framework answers, however they come."""

import re
from collections.abc import Sequence

import pytest
from chachaml_kernel.errors import Forbidden
from chachaml_kernel.ports import Authenticator, Caller, Principal
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.http.arrow import ARROW, stream
from tests.http.raw import JSON, LAST, TURNS, connect, cut, post, request
from tests.http.twins import RUN, comparable, twins

MAX_BODY = 4_000
METRICS = f"/api/w/runs/{RUN}/metrics"
PARAMS = f"/api/w/runs/{RUN}/params"
POINT = b'{"loss": 0.5, "step": 1}'
KEY = "Idempotency-Key: 11111111-aaaa"
CHUNKS = b'5\r\n{"a":\r\n3\r\n 1}\r\n0\r\n\r\n'


def arrow(path: str, body: bytes) -> bytes:
    """Return a post that says to be an Arrow stream."""
    return post(path, body).replace(b"application/json", ARROW["Content-Type"].encode())


POSTS = {
    "a point": post(METRICS, POINT),
    "points": post(METRICS, b'[{"loss": 0.9, "step": 0}, {"loss": NaN, "acc": 1}]'),
    "a point once": post(METRICS, POINT, KEY),
    "another point by the same key": post(METRICS, b'{"loss": 2}', KEY),
    "a charset": post(METRICS, POINT).replace(b"/json", b"/json; charset=UTF-8"),
    "a stream": arrow(METRICS, stream({"key": ["loss"], "value": [0.25]})),
    "no stream": arrow(METRICS, b"ARROW1"),
    "a stream for another route": arrow(PARAMS, b"{}"),
    "a bad key and a bad body": post(PARAMS, b"{", "Idempotency-Key:"),
    "an empty key": post(METRICS, POINT, "Idempotency-Key:"),
    "params": post(PARAMS, b'{"lr": 0.01}'),
    "other params": post(PARAMS, b'{"lr": 0.02}'),
    "a start": post("/api/w/runs", b'{"name": "n", "created_by": "c"}'),
    "a start of nobody": post("/api/w/runs", b""),
    "an end": post(f"/api/w/runs/{RUN}/end", b'{"status": "completed"}'),
    "a resumption": post(f"/api/w/runs/{RUN}/resume", b""),
    "a tag": post(f"/api/tags/{RUN}", b'{"key": "k", "value": "\xc3\xa9"}'),
    "no JSON": post(METRICS, b"{,}"),
    "no UTF-8": post(METRICS, b'{"\xff": 1}'),
    "a wrong type": post(f"/api/tags/{RUN}", b'{"key": 1, "value": 2}'),
    "a wrong value": post(METRICS, b'{"loss": "high"}'),
    "a key twice": post(PARAMS, b'{"a": 1, "a": 2}'),
    "an unknown run": post("/api/w/runs/nobody/metrics", POINT),
    "a run named as a folder": post("/api/w/runs/../metrics", POINT),
    "an unknown version": post("/api/w/models/m/versions/x", b"{}"),
    "no body": post(METRICS, b""),
    "a body that looks like a request": post(METRICS, LAST),
    "a body as long as may be": post(METRICS, b" " * (MAX_BODY - 2) + b"{}"),
    "a token": post(METRICS, POINT, "Authorization: Bearer x", "X-Request-Id: 1"),
    "many headers": post(METRICS, POINT, "Accept: */*", "User-Agent: x", "Connection: Keep-Alive"),
    "a name in another spelling": post(METRICS, POINT).replace(b"localhost", b"LOCALHOST.:80"),
}
OTHERS = {
    "a body that is too long": post(METRICS, b" " * (MAX_BODY + 1)),
    "an unknown route": post("/api/w/nothing", b"{}"),
    "a route of another method": post(f"/api/runs/{RUN}", b"{}"),
    "an encoded address": post(f"/api/w/runs/{RUN[:-1]}%31/metrics", POINT),
    "a query": post(f"{METRICS}?a=1", POINT),
    "no type": request(f"POST {METRICS}", f"Content-Length: {len(POINT)}", body=POINT),
    "a wrong type of body": post(METRICS, POINT).replace(b"application/json", b"text/plain"),
    "a wrong charset": post(METRICS, POINT).replace(b"/json", b"/json; charset=latin-1"),
    "chunks": request(f"POST {METRICS}", JSON, "Transfer-Encoding: chunked", body=CHUNKS),
    "an expectation": post(METRICS, POINT, "Expect: 100-continue"),
    "a foreign name": post(METRICS, POINT).replace(b"localhost", b"evil.example"),
    "a foreign page": post(METRICS, POINT, "Origin: http://evil.example"),
    "our own page": post(METRICS, POINT, "Origin: http://localhost"),
    "a point once from our own page": post(METRICS, POINT, KEY, "Origin: http://localhost"),
    "a reader": post("/api/w/runs/nobody/end", b"{}", "Accept: text/html"),
    "a packed body that is none": post(METRICS, POINT, "Content-Encoding: gzip"),
    "a read": request(f"GET /api/runs/{RUN}"),
    "a read with a body": request("GET /api/runs", "Content-Length: 3", body=b"abc"),
    "a read with a broken body": request(
        "GET /api/runs", "Content-Encoding: gzip", "Content-Length: 3", body=b"abc"
    ),
    "a head": request(f"HEAD /api/runs/{RUN}"),
    "a removal": request(f"DELETE /api/tags/{RUN}?key=k"),
    "an upload": request(
        f"POST /api/w/runs/{RUN}/artifacts?name=a",
        "Content-Type: application/octet-stream",
        "Content-Length: 5",
        body=b"\r\n\r\n\0",
    ),
    "an upload to nowhere": request(
        "POST /api/w/runs/nobody/artifacts?name=a",
        "Content-Type: application/octet-stream",
        "Content-Length: 3000",
        body=b"x" * 3000,
    ),
    "an old client that stays": post(METRICS, POINT, "Connection: keep-alive").replace(
        b"HTTP/1.1", b"HTTP/1.0"
    ),
    "a proxy's address": post(f"http://localhost{METRICS}", POINT),
    "a length with a nought": post(METRICS, POINT).replace(b"Length: ", b"Length: 0"),
    "an empty line first": b"\r\n" + post(METRICS, POINT),
}
ODD = {
    "a farewell to a proxy": request("GET /api/runs", "Proxy-Connection: close"),
    "a farewell": post(METRICS, POINT, "Connection: close"),
    "an old client": post(METRICS, POINT).replace(b"HTTP/1.1", b"HTTP/1.0"),
    "two lengths": post(METRICS, POINT, f"Content-Length: {len(POINT)}"),
    "two user agents": post(METRICS, POINT, "User-Agent: a", "User-Agent: b"),
    "a long header": post(METRICS, POINT, "User-Agent: " + "x" * 9_000),
    "a length with a sign": post(METRICS, POINT).replace(b"Length: ", b"Length: +"),
    "a space before a colon": post(METRICS, POINT, "Accept : x"),
    "a folded header": post(METRICS, POINT, "Accept: x", " y"),
    "a bare line feed": post(METRICS, POINT, "Accept: x\nX: y"),
    "a bare carriage return": post(METRICS, POINT, "Accept: x\rX: y"),
    "no name": post(METRICS, POINT).replace(b"Host: localhost\r\n", b""),
    "an upgrade": request("GET /api/runs", "Connection: Upgrade", "Upgrade: h2c"),
    "no HTTP": b"\x16\x03\x01\r\n\r\n",
}
"""What the framework reads differently together with what comes before or behind it."""
USUAL = {**POSTS, **OTHERS}
ALL = {**USUAL, **ODD}
OWN = "a point once from our own page"


async def told(url: str, pieces: Sequence[bytes], pause: int) -> list[bytes]:
    """Return what a server answers to pieces, and what it has and has counted in the end."""
    client = await connect(url)
    await client.send(*pieces, pause=pause)
    client_told = comparable(await client.all())
    end = await connect(url)
    reads = ("/api/runs", f"/api/runs/{RUN}", f"/api/runs/{RUN}/metrics?key=loss")
    states = [comparable(await end.answer(request(f"GET {path}"))) for path in reads]
    figures = await end.answer(request("GET /metrics"))
    end.transport.close()
    counts = re.findall(rb"chachaml_http_requests_total\{.*", figures)
    return [client_told, *states, *sorted(counts)]


async def check(
    pieces: Sequence[bytes], pause: int = TURNS, authenticator: Authenticator | None = None
) -> None:
    """Have both servers told the same, and see that there is no difference."""
    async with twins(MAX_BODY, authenticator=authenticator) as (short, usual):
        assert await told(short, pieces, pause) == await told(usual, pieces, pause)


@pytest.mark.parametrize("name", ALL)
async def test_each_request_is_answered_as_without_short_posts(name: str) -> None:
    in_two = cut(ALL["a point"], [-2])
    await check([*in_two, ALL[name], *in_two, LAST])


class Mirror:
    """Knows who has a token, and tells all others what it sees of them."""

    async def authenticate(self, caller: Caller) -> Principal:
        if "authorization" in caller.headers:
            return Principal(caller.headers["authorization"])
        raise Forbidden(f"{caller.method} {caller.path} {caller.address} {dict(caller.headers)}")


@pytest.mark.parametrize("name", POSTS)
async def test_an_authenticator_is_asked_as_without_short_posts(name: str) -> None:
    unknown = POSTS[name].replace(b"\r\n", b"\r\nX-User: x\r\n", 1)
    known = POSTS[name].replace(b"\r\n", b"\r\nAuthorization: maria\r\n", 1)
    await check([unknown, known, unknown, LAST], authenticator=Mirror())


@settings(max_examples=40, deadline=None)
@given(
    names=st.lists(st.sampled_from(sorted(USUAL)), min_size=1, max_size=5),
    places=st.lists(st.integers(-20, 300), max_size=8),
    together=st.booleans(),
    pause=st.integers(1, TURNS),
)
@example(names=[*POSTS], places=[], together=False, pause=1)
@example(names=["a point", "a read", "a point"], places=[], together=True, pause=1)
@example(names=["a point once", OWN] * 2, places=[50, -1], together=False, pause=3)
async def test_requests_in_any_pieces_are_answered_as_without_short_posts(
    names: list[str], places: list[int], together: bool, pause: int
) -> None:
    requests = [*(ALL[name] for name in names), LAST]
    pieces = [b"".join(requests)] if together else requests
    await check([part for piece in pieces for part in cut(piece, places)], pause)
