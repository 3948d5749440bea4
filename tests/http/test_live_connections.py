"""Live connections: how they are held open, bounded, given up and ended."""

import asyncio
from contextlib import suppress

import httpx
from chachaml_kernel.errors import Unauthenticated
from chachaml_kernel.ports import Caller, Principal
from chachaml_ui import Ui

from tests.http.client import detail
from tests.http.events import listening
from tests.http.serving import kernel, serving


async def connect(url: str, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for a path on a socket of its own, which takes little before it is read."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", int(url.rpartition(":")[2]), limit=1_024
    )
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return reader, writer


async def has_room(http: httpx.AsyncClient) -> bool:
    """Tell whether one more connection is let in."""
    async with http.stream("GET", "/api/live") as answer:
        return answer.status_code == 200


async def test_a_live_connection_says_what_it_is_and_that_nothing_may_hold_it_up() -> None:
    async with (
        serving() as (url, _),
        httpx.AsyncClient(base_url=url) as http,
        http.stream("GET", "/api/live") as answer,
    ):
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert await anext(answer.aiter_lines()) == "retry: 2000"


async def test_who_asks_for_the_head_gets_no_connection() -> None:
    settings = Ui(port=0, max_watchers=0)
    async with serving(settings=settings) as (url, _), httpx.AsyncClient(base_url=url) as http:
        assert (await http.head("/api/live")).status_code == 200


async def test_a_quiet_connection_has_a_sign_of_life() -> None:
    settings = Ui(port=0, heartbeat=0.01)
    async with (
        serving(settings=settings) as (url, _),
        httpx.AsyncClient(base_url=url) as http,
        http.stream("GET", "/api/live") as answer,
    ):
        lines = answer.aiter_lines()
        signs = 0
        while signs < 3:
            signs += await anext(lines) == "event: beat"


async def test_there_is_room_again_where_a_connection_has_ended() -> None:
    settings = Ui(port=0, max_watchers=2, heartbeat=0.01)
    async with serving(settings=settings) as (url, _), httpx.AsyncClient(base_url=url) as http:
        async with listening(http) as first, listening(http) as second:
            await first.told("hello")
            await second.told("hello")
            refused = await http.get("/api/live")
            assert "setting max_watchers" in detail(refused, 429, "overloaded")
            assert int(refused.headers["Retry-After"]) > 0
        async with asyncio.timeout(30):
            while not await has_room(http):
                pass


async def test_connections_end_at_once_when_the_server_ends() -> None:
    settings = Ui(port=0, shutdown_timeout=3_600, heartbeat=3_600)
    async with serving(settings=settings) as (url, task):
        streams = [await connect(url, "/api/live") for _ in range(3)]
        for reader, _ in streams:
            await reader.readuntil(b"event: hello\n")
        task.cancel()
        for reader, writer in streams:
            assert (await reader.read()).endswith(b"\r\n0\r\n\r\n")
            writer.close()
        await asyncio.wait([task])


async def test_a_client_that_does_not_read_is_given_up() -> None:
    served = kernel()
    run = (await served.runs.start(tags={str(i): "x" * 100_000 for i in range(100)})).id
    settings = Ui(port=0, max_watchers=1, heartbeat=0.05, shutdown_timeout=3_600)
    async with serving(served, settings) as (url, _), httpx.AsyncClient(base_url=url) as http:
        reader, writer = await connect(url, f"/api/live?runs={run}")
        with suppress(ConnectionError, asyncio.IncompleteReadError):  # it may be given up by now
            await reader.readuntil(b"event: hello\n")
        async with asyncio.timeout(30):
            while not await has_room(http):
                await served.runs.note(run, "whatever happens meanwhile")
        writer.close()


async def test_the_life_of_a_connection_is_not_the_time_of_an_answer() -> None:
    settings = Ui(port=0, heartbeat=0.01)
    async with serving(settings=settings) as (url, _), httpx.AsyncClient(base_url=url) as http:
        async with http.stream("GET", "/api/live") as answer:
            lines = answer.aiter_lines()
            signs = 0
            while signs < 20:
                signs += await anext(lines) == "event: beat"
        told = ""
        while 'route="/api/live"' not in told:
            told = (await http.get("/metrics")).text
    name = 'chachaml_http_request_duration_seconds_sum{method="GET",route="/api/live",status="200"}'
    (seconds,) = (line.split()[-1] for line in told.splitlines() if line.startswith(name))
    assert float(seconds) < 0.2


class Doorkeeper:
    """Knows nobody."""

    async def authenticate(self, caller: Caller) -> Principal:
        raise Unauthenticated(f"{caller.path} is for members")


async def test_who_may_not_ask_is_not_told() -> None:
    served = kernel(authenticator=Doorkeeper())
    async with serving(served) as (url, _), httpx.AsyncClient(base_url=url) as http:
        assert "for members" in detail(await http.get("/api/live"), 401)
        foreign = await http.get("/api/live", headers={"Host": "evil.example"})
        detail(foreign, 403)
