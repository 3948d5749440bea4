"""Mounts: ASGI applications of other plugins, behind the same gate and limits as all routes.

https://asgi.readthedocs.io/en/latest/specs/www.html has the messages.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from aiohttp import web
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.mounts import Asgi, Message
from multidict import CIMultiDict

from chachaml_ui.api.bodies import receive_any
from chachaml_ui.connection import while_connected
from chachaml_ui.keys import BUDGET

UNPACKED = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
"""Headers that no longer hold of a body that was received whole and unpacked."""


@asynccontextmanager
async def mounted(app: web.Application, kernel: Kernel) -> AsyncIterator[None]:
    """Let `app` serve the kernel's mounts within the block, which it must not serve before.

    Raises `ConfigError` for a path that is a route of the application.
    """
    taken = {resource.canonical for resource in app.router.resources()}
    async with AsyncExitStack() as stack:
        for path, mount in kernel.mounts.items():
            if path in taken:
                raise ConfigError(
                    f"a plugin mounts {path!r}, which is served already; mount another"
                )
            asgi = await stack.enter_async_context(mount.open(kernel))
            app.router.add_route("*", path, _handler(asgi))
        yield


def _handler(asgi: Asgi) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        with request.app[BUDGET].share() as share:
            body = await receive_any(request, share)
            exchange = _Exchange(request, body)
            await asgi(_scope(request, len(body)), exchange.receive, exchange.send)
            return exchange.answer

    return serve


def _scope(request: web.Request, size: int) -> MutableMapping[str, Any]:
    sent = [(name.lower(), value) for name, value in request.raw_headers]
    headers = [(name, value) for name, value in sent if name not in UNPACKED]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.raw_path.partition("?")[0].encode(),
        "query_string": request.rel_url.raw_query_string.encode(),
        "root_path": "",
        "headers": [*headers, (b"content-length", str(size).encode())],
    }


class _Exchange:
    """One request and its answer, as an application receives and sends them."""

    def __init__(self, request: web.Request, body: bytes) -> None:
        self.answer: web.StreamResponse = web.Response(status=500)
        self._request = request
        self._body: bytes | None = body

    async def receive(self) -> Message:
        """Return the whole body, and then, once the client has gone away, that it has."""
        if self._body is None:
            with suppress(ConnectionAbortedError):
                async with while_connected(self._request):
                    await asyncio.Event().wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        """Send a part of the answer; the parts of one that comes whole go out together."""
        if message["type"] == "http.response.start":
            headers = CIMultiDict(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", ())
            )
            self.answer = web.StreamResponse(status=message["status"], headers=headers)
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if not (more or self.answer.prepared):
            self.answer = web.Response(
                status=self.answer.status, headers=self.answer.headers, body=body
            )
            return
        with suppress(ConnectionError):  # who has gone away need not be told; see `receive`
            if not self.answer.prepared:
                await self.answer.prepare(self._request)
            if body:
                await self.answer.write(body)
            if not more:
                await self.answer.write_eof()
