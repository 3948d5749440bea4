"""A connection on which short posts pass the web framework by."""

import asyncio
from functools import partial
from typing import Any

from aiohttp import web

from chachaml_ui.connection import Connection
from chachaml_ui.express.heads import END
from chachaml_ui.express.posts import Framed, Post, Posts

PATIENCE = 1.0
"""Seconds that the rest of a short post may take; then the framework waits for it."""


class ExpressConnection(Connection):
    """Gives the framework each request that is not a short post, and each in doubt.

    One request is under way at a time, and it is known where each ends, for as long as heads are
    plain and nothing comes before an answer is there. From the first bytes on of which this is not
    so, the framework has the connection to itself.
    """

    def __init__(self, *args: Any, posts: Posts, **options: Any) -> None:  # noqa: ANN401
        """Take what the framework's own takes, and what answers short posts."""
        super().__init__(*args, **options)
        self._posts: Posts | None = posts
        self._task: asyncio.Task[None] | None = None
        self._begun = b""  # of a short post
        self._patience: asyncio.TimerHandle | None = None
        self._early = b""  # what came while a short post was answered
        self._given = 0  # requests that the framework has not answered yet
        self._rest = 0  # bytes of their body that are still to come
        self._closing_time = 0.0  # of an idle connection
        self._closing: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if self._posts is None:
            super().data_received(data)
        elif self._task is not None:
            self._hold(data)
        elif len(data) <= self._rest:
            self._rest -= len(data)
            super().data_received(data)
        elif self._given or self._rest:
            self._give_up(self._posts, data)
        else:
            self._take(self._posts, self._begun + data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Wait for nothing more. What a short post does goes on: it may be done already."""
        super().connection_lost(exc)
        if self._posts is not None:
            self._end_waiting(self._posts)
        if self._closing is not None:
            self._closing.cancel()

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109  (inherited)
        """End, and have a short post end that nobody waits for any longer."""
        await super().shutdown(timeout)
        if self._task is not None:
            self._task.cancel()

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send the end of an answer of the framework's."""
        answer, broken = await super().finish_response(request, resp, start_time)
        self._given -= 1
        if not (answer.keep_alive and request.content.is_eof()):
            self._posts = None  # what comes now may be dropped, or is the rest of what nobody read
        self._note_use()
        return answer, broken

    def _take(self, posts: Posts, data: bytes) -> None:
        """Begin a request with what there is of it."""
        raw, end, body = data.partition(END)
        framed = posts.read(raw) if end else None
        if framed is None or len(body) > framed.length:
            self._give_up(posts, data)
        elif framed.post is None:
            self._give(posts, framed, data)
        elif len(body) < framed.length:
            self._wait(posts, framed, data)
        else:
            posts.drain.begin()
            self._end_waiting(posts)
            self._task = self._loop.create_task(self._answer(posts, framed.post, body))

    def _wait(self, posts: Posts, framed: Framed, data: bytes) -> None:
        """Wait for the rest of a short post, which counts as under way from now on."""
        self._begun = data
        if self._patience is None:
            posts.drain.begin()
            lose = partial(self._lose_patience, posts, framed)
            self._patience = self._loop.call_later(PATIENCE, lose)

    def _lose_patience(self, posts: Posts, framed: Framed) -> None:
        if not posts.drain.ending:  # else there is an end to waiting anyway
            self._give(posts, framed, self._begun)

    def _end_waiting(self, posts: Posts) -> None:
        self._begun = b""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
            posts.drain.end()

    def _give(self, posts: Posts, framed: Framed, data: bytes) -> None:
        """Let the framework have a request whose end is known."""
        self._end_waiting(posts)
        self._given += 1
        self._rest = framed.length - len(data.partition(END)[2])
        super().data_received(data)

    def _give_up(self, posts: Posts, data: bytes) -> None:
        """Let the framework have all that comes from now on."""
        self._end_waiting(posts)
        self._posts = None
        super().data_received(data)

    async def _answer(self, posts: Posts, post: Post, body: bytes) -> None:
        """Answer a short post, then take what came meanwhile."""
        self.keep_alive(True)  # which stops the framework's clock for idle connections
        try:
            answer = await posts.answer(post, body, self._address)
        except asyncio.CancelledError:
            self.force_close()  # since the next answer would be taken for the one to this post
            raise
        finally:
            self._task = None
            posts.drain.end()
        if self.transport is None:
            return
        self.transport.write(answer)
        if posts.drain.ending:
            self.transport.close()
            return
        self._note_use()
        if self.writing_paused:
            self._posts = None  # the framework waits for clients that do not read
        if self._early:
            early, self._early = self._early, b""
            self.transport.resume_reading()
            self.data_received(early)

    @property
    def _address(self) -> str:
        """Where the client is, as far as it is known."""
        name = self.peername
        return str(name[0]) if isinstance(name, tuple) else ""

    def _hold(self, data: bytes) -> None:
        """Keep what comes too early, and have no more come."""
        if not self._early and self.transport is not None:
            self.transport.pause_reading()
        self._early += data

    def _note_use(self) -> None:
        """Have the connection closed when it was idle for long from now on."""
        if self.transport is None:
            return
        self._closing_time = self._loop.time() + self.keepalive_timeout
        if self._closing is None:
            self._closing = self._loop.call_at(self._closing_time, self._close_idle)

    def _close_idle(self) -> None:
        self._closing = None
        if self._loop.time() < self._closing_time:
            self._closing = self._loop.call_at(self._closing_time, self._close_idle)
        # The framework waits for a request, as it does where its own clock closes a connection.
        elif self._task is None and not self._begun and self._waiter and not self._waiter.done():
            self.force_close()
