"""The socket: how it listens, answers, and ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
from chachaml_kernel.domain.paging import Page
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunRow
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.memory import MemoryStore
from chachaml_ui import Ui
from chachaml_ui.server import listen

from tests.http import raw
from tests.http.serving import kernel, serving

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"port": -1}, "port is -1"),
        ({"port": 65_536}, "from 0 to 65535"),
        ({"host": " "}, "host is empty"),
        ({"max_body": 0}, "max_body"),
        ({"body_budget": 1_000}, "must be at least max_body"),
        ({"shutdown_timeout": -1.0}, "shutdown_timeout"),
        ({"shutdown_timeout": float("nan")}, "shutdown_timeout"),
        ({"max_watchers": -1}, "max_watchers"),
        ({"heartbeat": 0.0}, "heartbeat"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Ui(**settings)  # type: ignore[arg-type]  # some are floats or texts


async def test_the_real_address_is_announced() -> None:
    async with serving() as (url, _), httpx.AsyncClient() as http:
        assert url.startswith("http://127.0.0.1:")
        assert not url.endswith(":0")
        assert (await http.get(f"{url}/healthz")).status_code == 200


async def test_an_ipv6_address_is_announced_in_brackets() -> None:
    async with serving(settings=Ui(host="::1", port=0)) as (url, _), httpx.AsyncClient() as http:
        assert url.startswith("http://[::1]:")
        assert (await http.get(f"{url}/api/runs")).status_code == 200


async def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError) as refused:
            async with serving(settings=Ui(port=port)):
                pass
    assert refused.value.detail == (
        f"port {port} on 127.0.0.1 is in use; choose another with --port"
    )


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "a" * 300])
async def test_a_host_that_is_not_ours_is_named(host: str) -> None:
    with pytest.raises(ConfigError) as refused:
        async with serving(settings=Ui(host=host, port=0)):
            pass
    assert host[:60] in refused.value.detail
    assert "\n" not in refused.value.detail


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))


class Recorder(asyncio.Protocol):
    """Keeps the socket of the connection that it gets."""

    def __init__(self) -> None:
        self.accepted: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.accepted.set_result(transport.get_extra_info("socket"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_small_answers_do_not_wait_for_an_acknowledgement(host: str) -> None:
    recorder = Recorder()
    server = await listen(Ui(host=host, port=0), lambda: recorder)
    address = server.sockets[0].getsockname()[:2]
    with socket.create_connection(address):
        accepted = await recorder.accepted
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    server.close()


async def test_head_and_body_of_an_answer_come_in_one_piece() -> None:
    async with serving() as (url, _):
        reader, writer = await connect(url)
        writer.write(GET)
        answer = await reader.read(65_536)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b'{"status":"ok"}')
        writer.close()


async def test_an_idle_connection_is_closed_at_once_when_the_server_ends() -> None:
    settings = Ui(port=0, shutdown_timeout=3_600)
    async with serving(settings=settings) as (url, task):
        reader, writer = await connect(url)
        writer.write(GET)
        assert await reader.readuntil(b"}")
        task.cancel()
        assert await reader.read() == b""
        await asyncio.wait([task])
        assert task.cancelled()
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await connect(url)


class SlowStore(MemoryStore):
    """Lists runs when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.told = asyncio.Event()

    async def list_runs(self, query: RunQuery) -> Page[RunRow]:
        self.asked.set()
        await self.told.wait()
        return await super().list_runs(query)


@pytest.fixture
async def slow() -> AsyncIterator[SlowStore]:
    store = SlowStore()
    yield store
    store.told.set()


async def test_a_running_request_is_answered_before_the_server_ends(slow: SlowStore) -> None:
    settings = Ui(port=0, shutdown_timeout=3_600)
    async with (
        serving(kernel(store=slow), settings) as (url, task),
        httpx.AsyncClient(base_url=url) as http,
    ):
        request = asyncio.create_task(http.get("/api/runs"))
        await slow.asked.wait()
        task.cancel()
        with suppress(OSError):  # the loop may need a round to close the socket
            while True:
                (await connect(url))[1].close()
        assert not task.done()
        slow.told.set()
        assert (await request).status_code == 200
        await asyncio.wait([task])


HALF = (
    b"POST /api/w/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 16\r\n\r\n" + b'{"name":'
)


async def test_a_request_whose_body_still_comes_is_answered_before_the_server_ends() -> None:
    settings = Ui(port=0, shutdown_timeout=3_600)
    async with serving(settings=settings) as (url, task):
        reader, writer = await connect(url)
        writer.write(HALF)
        await writer.drain()
        async with httpx.AsyncClient(base_url=url) as http:
            await http.get("/healthz")  # the server has read the half that came before
        task.cancel()
        with suppress(OSError):
            while True:
                (await connect(url))[1].close()
        writer.write(b' "late"}')
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"Connection: close\r\n" in answer
        assert b'"name":"late"' in answer
        writer.close()
        await asyncio.wait([task])


CHUNKED = (
    b"POST /api/w/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


@pytest.mark.parametrize("sent", [[HALF], [CHUNKED], [CHUNKED, b"3\r\n{  \r\n"]])
async def test_a_body_that_does_not_come_is_given_up_after_a_while(sent: list[bytes]) -> None:
    async with serving(settings=Ui(port=0, body_timeout=0.01)) as (url, _):
        reader, writer = await connect(url)
        for part in sent:
            writer.write(part)
            await writer.drain()
        answer = await reader.read()
        assert b" 400 Bad Request\r\n" in answer
        assert b"Server: chachaml\r\n" in answer
        writer.close()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([CHUNKED, b"3\r\n{  \r\n", b"ZZZ\r\n"], "Invalid character in chunk size"),
        ([CHUNKED, b"2\r\n{}X"], "Expected LF after chunk data"),
        ([CHUNKED, b"f" * 20 + b"\r\n"], "Chunk size overflow"),
        ([CHUNKED, b"2\r\n{}\r\n0\r\nno header\r\n\r\n"], "Invalid header token"),
    ],
)
async def test_a_body_that_is_no_valid_http_is_refused_at_once(
    sent: list[bytes], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(settings=Ui(port=0, body_timeout=3_600)) as (url, _):
        client = await raw.connect(url)
        await client.send(*sent)
        answer = await client.all()
        assert answer.count(b"HTTP/1.1 ") == 1
        assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert answer.endswith(f'is framed wrongly: {said}"}}'.encode())
    assert not caplog.records


async def test_a_request_that_does_not_end_is_given_up_after_the_timeout(
    slow: SlowStore,
) -> None:
    settings = Ui(port=0, shutdown_timeout=0.01)
    async with (
        serving(kernel(store=slow), settings) as (url, task),
        httpx.AsyncClient(base_url=url) as http,
    ):
        request = asyncio.create_task(http.get("/api/runs"))
        await slow.asked.wait()
        task.cancel()
        await asyncio.wait([task])
        with pytest.raises(httpx.HTTPError):
            await request


@pytest.mark.parametrize("wanted", [True, False])
async def test_requests_are_logged_where_that_is_wanted(
    caplog: pytest.LogCaptureFixture, wanted: bool
) -> None:
    caplog.set_level("INFO")
    async with (
        serving(settings=Ui(port=0, access_log=wanted)) as (url, _),
        httpx.AsyncClient(base_url=url) as http,
    ):
        await http.get("/healthz?seen")
    logged = [record for record in caplog.records if record.name == "aiohttp.access"]
    assert len(logged) == int(wanted)
