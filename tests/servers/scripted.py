"""A server that answers as it is told to, and remembers what it was asked."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from aiohttp import web

SSE = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Scripted:
    """One answer: its pieces, and what comes after the last of them."""

    pieces: Sequence[bytes]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": SSE})
    then: Literal["end", "abort", "hang"] = "end"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, to the byte."""

    line: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.raw)


@dataclass(slots=True)
class Service:
    """The server's address, what it will answer, and what it was asked."""

    url: str = ""
    answers: deque[Scripted] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether a client went away before its answer's end."""

    def will(self, *answers: Scripted) -> None:
        """Answer the next requests so."""
        self.answers.extend(answers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer as the script says."""
        raw = await request.read()
        line = f"{request.method} {request.path_qs}"
        self.requests.append(Request(line, dict(request.headers), raw))
        self.asked.set()
        script = self.answers.popleft()
        answer = web.StreamResponse(status=script.status, headers=dict(script.headers))
        await answer.prepare(request)
        try:
            for piece in script.pieces:
                await answer.write(piece)
            if script.then == "hang":
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.left.set()
            raise
        if script.then == "abort":
            assert request.transport is not None
            request.transport.abort()
            return answer
        await answer.write_eof()
        return answer


def error(status: int, body: Any, **headers: str) -> Scripted:
    """Return an answer that is an error."""
    return Scripted(
        [msgspec.json.encode(body)], status, {"Content-Type": "application/json", **headers}
    )


@asynccontextmanager
async def scripted() -> AsyncIterator[Service]:
    """Run such a server for the length of the block."""
    service = Service()
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", service.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    [host, port] = runner.addresses[0]
    service.url = f"http://{host}:{port}"
    try:
        yield service
    finally:
        await runner.cleanup()
