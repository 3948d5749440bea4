"""Connections: how a client hears of a request that is not HTTP, and we of one that goes away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from chachaml_ui.answers import problem


class Connection(web.RequestHandler):
    """One connection of a client, whose own errors look like all our errors.

    `lost` is set when the client has gone away, and `work` is what has to end then.
    """

    work: asyncio.Timeout | None = None

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        """Take what the framework's own takes."""
        super().__init__(*args, **options)
        self.lost = asyncio.Event()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Tell who waits for it that the client has gone away, and end the work for it."""
        self.lost.set()
        super().connection_lost(exc)
        if self.work is not None:
            self.work.reschedule(0)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a request that could not be read, or break off an answer that failed half-way."""
        if isinstance(exc, ConnectionError):
            raise exc
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        reason = (message or "it cannot be understood").splitlines()[0]
        answer = problem(status, "malformed request", f"this is no valid HTTP/1.1: {reason}")
        answer.force_close()
        return answer


@asynccontextmanager
async def while_connected(request: web.Request) -> AsyncIterator[None]:
    """Cancel the block when the client goes away, and raise `ConnectionAbortedError` then."""
    connection = request.protocol
    assert isinstance(connection, Connection)  # our server makes no others
    if connection.transport is None:
        raise ConnectionAbortedError("the client went away")
    try:
        async with asyncio.timeout(None) as connection.work:
            yield
    except TimeoutError:
        raise ConnectionAbortedError("the client went away") from None
    finally:
        connection.work = None
