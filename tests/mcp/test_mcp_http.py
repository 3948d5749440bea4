"""The protocol over HTTP, by the bytes: who may, what is refused, and what an end means."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from chachaml_kernel import Kernel, Server
from chachaml_kernel.errors import ConfigError, Unauthenticated
from chachaml_kernel.ports import Caller, Principal
from chachaml_kernel.tools import Arguments, Tool
from chachaml_mcp import Mcp
from chachaml_ui import Ui
from msgspec.structs import replace

from tests.http.client import Api, detail, exchange
from tests.http.serving import kernel, serving

BOTH = "application/json, text/event-stream"
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
GENERATIONS: Mapping[str, tuple[dict[str, str], dict[str, Any]]] = {
    "legacy": ({}, {}),
    "modern": ({"MCP-Protocol-Version": "2026-07-28"}, {"_meta": MODERN}),
}
"""Headers, and what is added to parameters, in each generation."""
BAD = {"broken": b'{"jsonrpc"', "a list": b"[]", "no method": b'{"jsonrpc": "2.0", "id": 1}'}


def question(method: str, generation: str, **params: Any) -> tuple[dict[str, str], bytes]:
    """Return headers and body that ask for a method."""
    own, more = GENERATIONS[generation]
    headers = {"Content-Type": "application/json", "Accept": BOTH, **own}
    if own:
        headers["Mcp-Method"] = method
        if "name" in params:
            headers["Mcp-Name"] = params["name"]
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, **more}}
    return headers, json.dumps(body).encode()


def send(url: str, headers: dict[str, str], body: bytes) -> httpx.Response:
    return httpx.post(f"{url}/mcp", content=body, headers=headers, timeout=60)


def answered(answer: httpx.Response) -> Any:
    """Return the message of an answer, be it JSON or an event."""
    text = answer.text
    return json.loads(text[text.index("{") :])


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_request_stands_alone_and_is_answered_with_the_headers_of_all(
    server: Server, generation: str
) -> None:
    answer = send(server.url, *question("tools/list", generation))
    assert answer.status_code == 200
    assert answered(answer)["result"]["tools"]
    assert "mcp-session-id" not in answer.headers
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["Server"] == "chachaml"


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "HEAD"])
def test_only_posts_are_served(server: Server, method: str) -> None:
    answer = httpx.request(method, f"{server.url}/mcp", headers={"Accept": BOTH})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "foreign",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_foreign_hosts_and_pages_are_refused(server: Server, foreign: dict[str, str]) -> None:
    headers, body = question("tools/list", "modern")
    detail(send(server.url, {**headers, **foreign}, body), 403, "forbidden")


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_what_is_no_message_is_refused(server: Server, generation: str, body: bytes) -> None:
    headers, _ = question("tools/list", generation)
    answer = send(server.url, headers, body)
    assert answer.status_code == 400
    assert answered(answer)["error"]["message"]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_form_of_another_site_reaches_nothing(server: Server, generation: str) -> None:
    headers, body = question("tools/list", generation)
    answer = send(server.url, {**headers, "Content-Type": "text/plain"}, body)
    assert answer.status_code == 400


def test_a_body_has_the_limit_of_all_bodies(server: Server) -> None:
    headers, body = question("tools/call", "modern", name="get_run", arguments={"run_id": "x"})
    long = body.replace(b'"x"', b'"' + b"x" * 17_000_000 + b'"')
    assert "max_body" in detail(send(server.url, headers, long), 413, "too large")


def test_a_packed_body_is_unpacked(server: Server) -> None:
    headers, body = question("tools/list", "modern")
    packed = send(server.url, {**headers, "Content-Encoding": "gzip"}, gzip.compress(body))
    assert answered(packed)["result"]["tools"]


def test_a_client_that_breaks_off_within_its_body_harms_nobody(server: Server, api: Api) -> None:
    head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    cut = f"{head}Content-Length: 9\r\nConnection: close\r\n\r\n{{".encode()
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(cut)
    assert api.get("/api/experiments") is not None
    assert b" 400 " in exchange(server.url, f"{head}Content-Length: x\r\n\r\n".encode())


class Nothing(Arguments, frozen=True):
    """No arguments."""


class Done(msgspec.Struct, frozen=True):
    """Nothing to say."""


@dataclass
class Slow:
    """A tool that waits for ever, and tells when it began and that it was cancelled."""

    began: asyncio.Event
    cancelled: asyncio.Event

    @property
    def tool(self) -> Tool[Nothing, Done]:
        async def wait(_: Kernel, __: Nothing) -> Done:
            """Wait for ever."""
            self.began.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled.set()
            return Done()

        return Tool(wait, Nothing, Done)


@asynccontextmanager
async def served(kernel: Kernel) -> AsyncIterator[str]:
    """Serve a kernel with the protocol mounted; yield the address."""
    mounts = {mount.path: mount for mount in Mcp().chachaml_mounts()}
    async with serving(replace(kernel, mounts=mounts)) as (url, _):
        yield url


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_client_that_goes_away_ends_what_it_asked_for(generation: str) -> None:
    slow = Slow(asyncio.Event(), asyncio.Event())
    headers, body = question("tools/call", generation, name="wait", arguments={})
    async with served(replace(kernel(), further_tools={"wait": slow.tool})) as url:
        address = urlsplit(url)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = ["POST /mcp HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *lines]
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        async with asyncio.timeout(30):
            await slow.began.wait()
            writer.close()
            await slow.cancelled.wait()


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_the_server_ends_though_a_tool_goes_on_and_on(generation: str) -> None:
    slow = Slow(asyncio.Event(), asyncio.Event())
    headers, body = question("tools/call", generation, name="wait", arguments={})
    mounts = {mount.path: mount for mount in Mcp().chachaml_mounts()}
    slowly = replace(kernel(), further_tools={"wait": slow.tool}, mounts=mounts)
    settings = Ui(port=0, shutdown_timeout=0.0)
    async with httpx.AsyncClient() as client, asyncio.timeout(60):
        async with serving(slowly, settings) as (url, _):
            call = client.post(f"{url}/mcp", content=body, headers=headers)
            asking = asyncio.create_task(call)
            await slow.began.wait()
        await slow.cancelled.wait()
        await asyncio.wait([asking])
        asking.cancelled() or asking.exception()


async def fail(_: Kernel, __: Nothing) -> Done:
    """Fail in a way that nobody foresaw."""
    raise ZeroDivisionError("the secret")


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_what_nobody_foresaw_is_told_to_the_log_alone(
    generation: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers, body = question("tools/call", generation, name="fail", arguments={})
    failing = replace(kernel(), further_tools={"fail": Tool(fail, Nothing, Done)})
    async with served(failing) as url, httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/mcp", content=body, headers=headers)
    assert answered(answer)["error"]["message"].endswith("its log says why")
    assert "secret" not in answer.text
    assert "the secret" in caplog.text


class Closed:
    """An authenticator that knows nobody."""

    async def authenticate(self, caller: Caller) -> Principal:
        raise Unauthenticated(f"who asks for {caller.path}?")


async def test_an_authenticator_is_asked() -> None:
    headers, body = question("tools/list", "modern")
    async with served(kernel(authenticator=Closed())) as url, httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/mcp", content=body, headers=headers)
    assert detail(answer, 401) == "who asks for /mcp?"


async def test_a_path_that_is_taken_cannot_be_mounted() -> None:
    [mount] = Mcp().chachaml_mounts()
    taken = {"/runs": replace(mount, path="/runs")}
    with pytest.raises(ConfigError, match="'/runs', which is served already"):
        async with serving(replace(kernel(), mounts=taken)):
            pass
