"""Applications of plugins, which the web server serves as ASGI says."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any
from urllib.parse import urlsplit

import httpx
from chachaml_kernel.errors import NotFound
from chachaml_kernel.mounts import Asgi, Mount, Receive, Send
from msgspec.structs import replace

from tests.http.client import detail
from tests.http.serving import kernel, serving

Scope = Any


@asynccontextmanager
async def mounted(application: Asgi) -> AsyncIterator[httpx.AsyncClient]:
    """Serve an application at `/corner`; yield a client."""
    mount = Mount("/corner", lambda _: nullcontext(application))
    served = replace(kernel(), mounts={mount.path: mount})
    async with serving(served) as (url, _), httpx.AsyncClient(base_url=url) as client:
        yield client


async def start(send: Send, status: int = 200, **headers: str) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})


async def test_an_application_is_told_all_of_a_request_and_answers_it() -> None:
    async def repeat(scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        headers = dict(scope["headers"])
        said = {
            "request": [scope["method"], scope["path"], scope["query_string"].decode()],
            "mine": headers[b"x-mine"].decode(),
            "length": headers[b"content-length"].decode(),
            "encoding": b"content-encoding" in headers,
            "body": message["body"].decode(),
            "more": message["more_body"],
        }
        await start(send, 201, colour="blue")
        await send({"type": "http.response.body", "body": json.dumps(said).encode()})

    async with mounted(repeat) as client:
        sent = {"X-Mine": "own", "Content-Encoding": "gzip"}
        body = gzip.compress(b"hello")
        answer = await client.put("/corner", params={"a": "b c"}, content=body, headers=sent)
    assert (answer.status_code, answer.headers["colour"]) == (201, "blue")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.json() == {
        "request": ["PUT", "/corner", "a=b+c"],
        **{"mine": "own", "length": "5", "encoding": False, "body": "hello", "more": False},
    }


async def test_an_answer_goes_out_as_it_comes() -> None:
    heard = asyncio.Event()

    async def speak(_: Scope, __: Receive, send: Send) -> None:
        await start(send)
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await heard.wait()
        await send({"type": "http.response.body", "body": b"two"})

    async with mounted(speak) as client, client.stream("GET", "/corner") as answer:
        parts = answer.aiter_raw()
        assert await anext(parts) == b"one"
        heard.set()
        assert b"".join([part async for part in parts]) == b"two"


async def test_an_application_hears_that_its_client_has_gone_away() -> None:
    begun, gone = asyncio.Event(), asyncio.Event()

    async def listen(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        begun.set()
        assert await receive() == {"type": "http.disconnect"}
        await start(send)  # to nobody, which is no error
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})
        gone.set()

    async with mounted(listen) as client, asyncio.timeout(60):
        address = urlsplit(str(client.base_url))
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"GET /corner HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await begun.wait()
        writer.close()
        await gone.wait()


async def test_what_an_application_raises_is_answered_as_everywhere() -> None:
    async def refuse(_: Scope, __: Receive, ___: Send) -> None:
        raise NotFound("run", "no run is in this corner")

    async with mounted(refuse) as client:
        answer = await client.get("/corner")
    assert detail(answer, 404, "no such run") == "no run is in this corner"


async def test_an_application_that_answers_nothing_is_a_failure_of_the_server() -> None:
    async def sleep(_: Scope, __: Receive, ___: Send) -> None:
        return

    async with mounted(sleep) as client:
        assert (await client.get("/corner")).status_code == 500


async def test_a_foreign_page_reaches_no_application() -> None:
    async def never(_: Scope, __: Receive, ___: Send) -> None:
        raise AssertionError

    async with mounted(never) as client:
        foreign = await client.post("/corner", headers={"Origin": "https://evil.example"})
        detail(foreign, 403, "forbidden")
        long = await client.post("/corner", content=b"x" * 17_000_000)
        assert "max_body" in detail(long, 413, "too large")
