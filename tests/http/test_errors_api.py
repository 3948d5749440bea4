"""Errors over HTTP: one form, whatever went wrong and whoever noticed."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import httpx
import pytest
from chachaml_kernel import Server
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.paging import Page
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunDetail, RunRow
from chachaml_kernel.errors import Overloaded, Upstream
from chachaml_kernel.memory import MemoryStore
from chachaml_kernel.ports import Table

from tests.http.client import Api, detail, exchange
from tests.http.serving import kernel, serving


def test_an_unknown_route_says_so(http: httpx.Client) -> None:
    assert "/api/nope" in detail(http.get("/api/nope"), 404, "no such route")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/runs", "GET, HEAD"),
        ("POST", "/api/runs", "GET, HEAD"),
        ("GET", "/api/w/runs", "POST"),
        ("PATCH", "/api/tags/x", "DELETE, GET, HEAD, POST"),
        ("TRACE", "/healthz", "GET, HEAD"),
        ("QUERY", "/api/runs", "GET, HEAD"),
    ],
)
def test_a_wrong_method_says_which_are_right(
    http: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = http.request(method, path)
    assert allowed in detail(answer, 405, "method not allowed")
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["/api/runs", "/healthz", "/api/openapi.json", "/api/export"])
def test_what_can_be_got_has_a_head(http: httpx.Client, path: str) -> None:
    head, got = http.head(path), http.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
    ],
)
def test_what_is_no_http_is_answered_in_the_same_form(server: Server, request_: bytes) -> None:
    head, _, body = exchange(server.url, request_).partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == b"400"
    assert b"application/json; charset=utf-8" in head
    assert b"nosniff" in head
    assert body.startswith(b'{"error":"malformed request","detail":"')


NO_UTF8 = (b"/\xff", b"?name=\xff", b"/x\xed\xa0\x80", b"/%FF", b"?name=%ff", b"/%ED%A0%80")
NULS = (b"/%00", b"?q=a%00", b"?experiment=%00", b"/compare?ids=a,%00")


def test_an_address_of_odd_bytes_is_the_callers_mistake(server: Server) -> None:
    close = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    for odd in (*NO_UTF8, *NULS):
        answer = exchange(server.url, b"GET /api/runs" + odd + close)
        assert answer.split(b" ")[1] == b"400", odd
    assert exchange(server.url, b"GET /api/runs/%zz" + close).split(b" ")[1] == b"404"


def test_an_id_with_a_nul_in_a_body_is_the_callers_mistake(api: Api) -> None:
    for path, body in (
        ("/api/w/runs", {"parent_run_id": "\0"}),
        ("/api/w/bulk", {"ids": ["\0"], "action": "archive"}),
    ):
        assert api.http.post(path, json=body).status_code in {400, 404}


def test_http_1_0_without_a_host_is_served(server: Server) -> None:
    answer = exchange(server.url, b"GET /api/runs HTTP/1.0\r\n\r\n")
    assert answer.split(b" ")[1] == b"200"


class DiskFull(Upstream):
    """An error of a store's own, which is one of ours."""


class TroubledStore(MemoryStore):
    """A store whose lists, series and runs fail, each in its own way."""

    async def get_tags(self, run_id: str) -> Mapping[str, str]:
        raise DiskFull(f"no room for {run_id}")

    async def list_runs(self, query: RunQuery) -> Page[RunRow]:
        raise Upstream(f"the database is away, limit {query.limit}", retry_after=7)

    async def append_points(
        self, run_id: str, points: Mapping[str, Points], *, once: Once | None = None
    ) -> None:
        raise Overloaded(f"{len(points)} series of {run_id} {once} wait", retry_after=3)

    async def get_run(self, run_id: str, *, headline: Sequence[str] = ()) -> RunDetail:
        raise ZeroDivisionError(f"secret of {run_id} {headline}")

    async def ping(self) -> None:
        raise Upstream("the database is away")


async def test_trouble_behind_the_server_says_when_to_come_back() -> None:
    async with (
        serving(kernel(store=TroubledStore())) as (url, _),
        httpx.AsyncClient(base_url=url) as http,
    ):
        away = await http.get("/api/runs")
        assert "away" in detail(away, 503, "temporarily unavailable")
        assert away.headers["Retry-After"] == "7"
        full = await http.post("/api/w/runs/x/metrics", json={"a": 1})
        detail(full, 429, "overloaded")
        assert full.headers["Retry-After"] == "3"


async def test_a_kind_of_an_error_is_answered_as_that_error() -> None:
    async with (
        serving(kernel(store=TroubledStore())) as (url, _),
        httpx.AsyncClient(base_url=url) as http,
    ):
        detail(await http.get("/api/tags/x"), 503, "temporarily unavailable")


async def test_a_server_whose_store_is_away_is_alive_and_not_ready() -> None:
    async with (
        serving(kernel(store=TroubledStore())) as (url, _),
        httpx.AsyncClient(base_url=url) as http,
    ):
        assert (await http.get("/healthz")).status_code == 200
        detail(await http.get("/readyz"), 503, "temporarily unavailable")


async def test_a_fault_of_ours_is_logged_once_and_told_without_its_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with (
        serving(kernel(store=TroubledStore())) as (url, _),
        httpx.AsyncClient(base_url=url) as http,
    ):
        said = detail(await http.get("/api/runs/x"), 500, "internal error")
        assert "secret" not in said
        (record,) = (line for line in caplog.records if line.levelno >= logging.ERROR)
        assert "GET /api/runs/x" in record.getMessage()
        assert record.exc_info is not None
        assert record.exc_info[0] is ZeroDivisionError


def test_requests_are_counted_by_the_template_of_their_route(http: httpx.Client) -> None:
    for _ in range(2):
        http.get("/api/runs/some-id-that-is-nobodys")
        http.get("/some/path/that/is/nothing")
    text = http.get("/metrics").text
    assert 'route="/api/runs/{id}",status="404"' in text
    assert 'route="unknown",status="404"' in text
    assert "nobodys" not in text
    assert "chachaml_http_requests_total{" in text
    assert "chachaml_http_request_duration_seconds_bucket{" in text
    assert "process_resident_memory_bytes" in text


@dataclass(frozen=True)
class BreakingExporter:
    """Writes so many pieces, then finds the database away."""

    pieces: int
    format: str = "csv"
    content_type: str = "text/csv"

    async def write(self, table: Table) -> AsyncIterator[bytes]:
        for _ in range(self.pieces):
            yield b"piece\n"
        raise Upstream(f"the database is away, {len(table.columns)} columns are lost")


async def test_an_error_before_the_first_byte_is_an_answer() -> None:
    async with (
        serving(kernel(exporter=BreakingExporter(0))) as (url, _),
        httpx.AsyncClient(base_url=url) as http,
    ):
        detail(await http.get("/api/export"), 503, "temporarily unavailable")


async def test_an_error_after_it_breaks_the_answer_off(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with (
        serving(kernel(exporter=BreakingExporter(2))) as (url, _),
        httpx.AsyncClient(base_url=url) as http,
    ):
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/api/export")
    (line,) = (
        record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING
    )
    assert line.startswith("GET /api/export broke off: the database is away")


async def test_a_body_that_is_not_packed_as_it_says_leaves_the_connection_open(
    caplog: pytest.LogCaptureFixture,
) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with serving() as (url, _), httpx.AsyncClient(base_url=url) as http:
        for _attempt in range(3):
            answer = await http.post("/api/w/runs", content=b"{}", headers=headers)
            assert "not packed with gzip" in detail(answer, 400)
            assert "Connection" not in answer.headers
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
