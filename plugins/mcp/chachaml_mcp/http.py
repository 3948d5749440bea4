"""The protocol over HTTP: each request stands alone, so any kernel behind a balancer may answer."""

import sys
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.mounts import Asgi, Receive, Send
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from chachaml_mcp.plugin import Mcp
from chachaml_mcp.server import server

LIMITED_BY_THE_WEB_SERVER = sys.maxsize


@asynccontextmanager
async def opened(settings: Mcp, kernel: Kernel) -> AsyncIterator[Asgi]:
    """Return the application; hosts, origins and sizes are the web server's to check."""
    manager = StreamableHTTPSessionManager(
        server(settings, kernel), stateless=True, max_request_body_size=LIMITED_BY_THE_WEB_SERVER
    )

    async def answer(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            await manager.handle_request(scope, receive, send)
        else:  # where nothing is kept between requests, there is nothing to listen to or to end
            await _refuse(scope["method"], send)

    async with manager.run():
        yield answer


async def _refuse(method: str, send: Send) -> None:
    said = {"error": "method not allowed", "detail": f"{method} is not served here; use POST"}
    headers = [(b"allow", b"POST"), (b"content-type", b"application/json; charset=utf-8")]
    await send({"type": "http.response.start", "status": 405, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(said)})
