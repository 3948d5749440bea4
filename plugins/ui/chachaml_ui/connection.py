"""Connections: how a client hears of a request that is not HTTP, and we of one that goes away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import _ErrInfo

from chachaml_ui.answers import problem

GONE = 499
"""The status that a request is counted and logged with whose client went away before its answer had
its end. No standard knows it, but nginx and all that read its logs do."""


class Connection(web.RequestHandler):
    """One connection of a client, whose own errors look like all our errors.

    `work` is what has to end when the client goes away.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        """Take what the framework's own takes."""
        super().__init__(*args, **options)
        self.work: set[asyncio.Timeout] = set()

    def data_received(self, data: bytes) -> None:
        """Take what has come; a body that is no valid HTTP breaks off at once.

        The framework takes what is wrong with a body for a request that follows, and goes on
        waiting for the end of that body.
        """
        super().data_received(data)
        wrong = self._messages[-1][0] if self._messages else None
        body = self._last_body()
        if isinstance(wrong, _ErrInfo) and body is not None and not body.is_eof():
            self._messages.pop()
            body.set_exception(web.RequestPayloadError(wrong.message))
            self.close()  # nobody knows where a next request would begin

    def _last_body(self) -> StreamReader | None:
        """Return the body of the request before what came last, unless it has been answered."""
        if len(self._messages) > 1:
            return self._messages[-2][1]
        return None if self._current_request is None else self._current_request.content

    def connection_lost(self, exc: BaseException | None) -> None:
        """End the work for the client, which has gone away."""
        super().connection_lost(exc)
        for limit in self.work:
            limit.reschedule(0)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a request that could not be read, or break off an answer that failed half-way."""
        if isinstance(exc, ConnectionError):
            if is_gone(request):
                return web.Response(status=GONE)  # which goes into the log, and nowhere else
            raise exc
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        reason = (message or "it cannot be understood").splitlines()[0]
        answer = problem(status, "malformed request", f"this is no valid HTTP/1.1: {reason}")
        answer.force_close()
        return answer


def is_gone(request: web.BaseRequest) -> bool:
    """Tell whether the client has gone away, or was given up."""
    return request.transport is None or request.transport.is_closing()


@asynccontextmanager
async def while_connected(request: web.Request) -> AsyncIterator[None]:
    """Cancel the block when the client goes away, and raise `ConnectionAbortedError` then."""
    connection = request.protocol
    assert isinstance(connection, Connection)  # our server makes no others
    if connection.transport is None:
        raise ConnectionAbortedError("the client went away")
    limit = asyncio.timeout(None)
    try:
        async with limit:
            connection.work.add(limit)
            try:
                yield
            finally:
                connection.work.remove(limit)
    except TimeoutError:
        if not limit.expired():
            raise
        raise ConnectionAbortedError("the client went away") from None
