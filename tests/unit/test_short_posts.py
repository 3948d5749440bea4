"""Which requests are short posts, whose heads are remembered, and which route they are for."""

from collections.abc import Iterator
from contextlib import nullcontext
from itertools import product

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.mounts import Asgi, Mount
from chachaml_ui import Ui
from chachaml_ui.api.routes import table
from chachaml_ui.application import application
from chachaml_ui.express.posts import POSTS, REMEMBERED, Posts, places_of
from msgspec.structs import replace

from tests.http.serving import kernel

PATH = "/api/w/runs/x/metrics"
NEEDED = ("Host: localhost:8080", "Content-Type: application/json", "Content-Length: 2")


def app(settings: Ui | None = None, served: Kernel | None = None) -> web.Application:
    return application(settings or Ui(), served or kernel())


@pytest.fixture
def posts() -> Posts:
    return app()[POSTS]


def raw(path: str = PATH, *headers: str, method: str = "POST") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", *NEEDED, *headers)).encode()


def is_short(posts: Posts, head: bytes) -> bool:
    framed = posts.read(head)
    assert framed is not None
    return framed.post is not None


def test_a_short_post_has_a_route_its_parameters_and_a_key(posts: Posts) -> None:
    framed = posts.read(raw(PATH, "Idempotency-Key: k"))
    assert framed is not None
    assert framed.post is not None
    assert framed.length == 2
    assert framed.post.target == PATH
    assert framed.post.headers["idempotency-key"] == "k"
    assert framed.post.route.path == "/api/w/runs/{id}/metrics"
    assert framed.post.path == framed.post.route.path_type(id="x")


@pytest.mark.parametrize(
    "header",
    [
        "Accept: */*",
        "Accept: text/html",
        "User-Agent: python-httpx/1",
        "Connection: Keep-Alive",
        "X-Forwarded-For: 10.0.0.1",
        "Idempotency-Key: ",
        "Authorization: Bearer x",
        "X-Anything: x",
    ],
)
def test_a_header_that_means_nothing_is_let_be(posts: Posts, header: str) -> None:
    assert is_short(posts, raw(PATH, header))


@pytest.mark.parametrize(
    "header",
    [
        "Cookie: a=b",
        "Origin: http://localhost:8080",
        "Sec-Fetch-Site: same-origin",
        "Content-Encoding: gzip",
    ],
)
def test_a_header_that_may_mean_something_is_not(posts: Posts, header: str) -> None:
    assert not is_short(posts, raw(PATH, header))


def test_a_stream_is_short_where_one_is_taken(posts: Posts) -> None:
    stream = raw().replace(b"application/json", b"application/vnd.apache.arrow.stream")
    assert is_short(posts, stream)
    assert not is_short(posts, stream.replace(b"metrics", b"params"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"POST", b"PUT"),
        (b"POST", b"GET"),
        (b"application/json", b"application/json;charset=latin-1"),
        (b"application/json", b"text/plain"),
        (b"localhost", b"evil.example"),
        (b"Content-Type: application/json\r\n", b""),
        (b"Content-Length: 2", b"Accept: x"),
        (b"Length: 2", b"Length: 65537"),
        (b"metrics", b"metrics?a"),
        (b"metrics", b"m%65trics"),
        (b"metrics", b"metrics/"),
        (b"metrics", b"artifacts"),
        (b"/x/", b"//"),
        (b"/api", b"http://localhost/api"),
        (b"/api", b"//api"),
        (b"/w/runs/x/metrics", b"/runs/x"),
        (b"/w/runs/x/metrics", b"/chat"),
        (b"/w/runs/x/metrics", b"/export"),
    ],
)
def test_another_request_is_no_short_post(posts: Posts, old: bytes, new: bytes) -> None:
    assert is_short(posts, raw())
    assert not is_short(posts, raw().replace(old, new, 1))


def test_a_body_may_not_be_longer_than_any_body() -> None:
    small = app(Ui(max_body=1_000))[POSTS]
    assert is_short(small, raw().replace(b"Length: 2", b"Length: 1000"))
    assert not is_short(small, raw().replace(b"Length: 2", b"Length: 1001"))


def test_any_name_is_one_of_ours_if_all_are_allowed() -> None:
    open_to_all = app(Ui(allowed_hosts=("*",)))[POSTS]
    assert is_short(open_to_all, raw().replace(b"localhost", b"evil.example"))


def test_a_parameter_of_the_wrong_type_is_left_to_the_framework(posts: Posts) -> None:
    assert is_short(posts, raw("/api/w/models/m/versions/1"))
    assert not is_short(posts, raw("/api/w/models/m/versions/one"))


def test_what_a_plugin_mounts_is_no_short_post() -> None:
    def open_mount(_: Kernel) -> nullcontext[Asgi]:
        raise AssertionError("nobody serves it")

    served = replace(kernel(), mounts={PATH: Mount(PATH, open_mount)})
    assert not is_short(app(served=served)[POSTS], raw())


def test_heads_are_remembered_but_those_with_a_key_or_a_secret(posts: Posts) -> None:
    assert posts.read(raw()) is posts.read(raw())
    for header in ("Idempotency-Key: k", "Authorization: Bearer x", "Cookie: a=b"):
        head = raw(PATH, header)
        assert posts.read(head) is not posts.read(head)
    long = raw(PATH, "User-Agent: " + "x" * 1_000)
    assert posts.read(long) is not posts.read(long)


def test_the_memory_of_heads_has_an_end(posts: Posts) -> None:
    first = posts.read(raw())
    for number in range(REMEMBERED):
        posts.read(raw(PATH, f"User-Agent: {number}"))
    assert posts.read(raw()) is not first


def test_no_post_passes_where_each_request_is_logged() -> None:
    assert POSTS in app()
    assert POSTS not in app(Ui(access_log=True))


def paths() -> Iterator[str]:
    """Yield the paths of short posts, with all that could be taken for another route."""
    all_parts = [entry.path.split("/") for entry in table()]
    for parts in (entry.path.split("/") for entry in table() if entry.method == "POST"):
        choices: list[list[str]] = []
        for place, part in enumerate(parts):
            others = {other[place] for other in all_parts if len(other) > place}
            is_open = part.startswith("{")
            choices.append(sorted({"1", *others}) if is_open else [part])
        for chosen in product(*choices):
            if not any("{" in part for part in chosen):
                yield "/".join(chosen)


@pytest.mark.parametrize("path", sorted(set(paths())))
async def test_a_path_leads_to_the_route_that_the_framework_finds(path: str) -> None:
    served = app()
    found = await served.router.resolve(make_mocked_request("POST", path))
    framed = served[POSTS].read(raw(path))
    assert found.route.resource is not None
    assert framed is not None
    if framed.post is not None:
        assert framed.post.route.path == found.route.resource.canonical


def test_every_route_of_short_posts_is_found(posts: Posts) -> None:
    routes = [route for group in places_of(table()).values() for _, route in group]
    assert len(routes) > 15
    for route in routes:
        names = [part for part in route.path.split("/") if part.startswith("{")]
        path = route.path
        for name in names:
            path = path.replace(name, "1")
        framed = posts.read(raw(path))
        assert framed is not None
        assert framed.post is not None
        assert framed.post.route is not None
        assert framed.post.route.path == route.path
