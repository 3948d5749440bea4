"""A way to a server that a test can stop, break and eavesdrop on."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PIECE = 65_536
ASK_FOR_TLS = b"\0\0\0\x08\x04\xd2\x16\x2f"
"""https://www.postgresql.org/docs/current/protocol-message-formats.html: SSLRequest"""


@dataclass(slots=True, eq=False)
class Way:
    """One connection through the proxy: its two ends."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    doomed: bool = False
    """Whether the next answer is lost, and the connection with it."""

    def cut(self) -> None:
        """Break the connection for both."""
        for end in self.ends:
            end.transport.abort()


@dataclass(slots=True, eq=False)
class Proxy:
    """Passes on what comes, unless it is told otherwise."""

    host: str
    port: int = 0
    target: int = 0
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, nothing passes any more, and nobody is told: a black hole."""
    refusing: bool = False
    alter: Callable[[bytes], bytes] = bytes
    """What becomes of the server's answers."""
    tls: ssl.SSLContext | None = None
    """With it, connections are encrypted up to here, which they have to ask for."""
    losing: bytes = b""
    delivered: bool = True
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    _ways: set[Way] = field(default_factory=set)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def through(self, dsn: str) -> str:
        """Return the address of the same server, by this way."""
        parts = urlsplit(dsn)
        who = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{who}@127.0.0.1:{self.port}").geturl()

    def lose(self, words: bytes, *, delivered: bool) -> None:
        """Break the next connection on which these words are sent: before or after they arrive."""
        self.losing, self.delivered = words, delivered
        self.lost.clear()

    def cut(self) -> None:
        """Break all connections."""
        for way in list(self._ways):
            way.cut()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes on one connection until its end."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self.refusing:
            writer.transport.abort()
            return
        if self.tls is not None and not await _encrypted(reader, writer, self.tls):
            return
        answers, server = await asyncio.open_connection(self.host, self.target)
        way = Way((writer, server))
        self._ways.add(way)
        try:
            await asyncio.gather(self._ask(way, reader, server), self._answer(way, answers, writer))
        finally:
            way.cut()
            self._ways.discard(way)

    async def _ask(
        self, way: Way, reader: asyncio.StreamReader, server: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(PIECE):
                await self.flowing.wait()
                if self.losing and self.losing in piece:
                    self.losing, way.doomed = b"", True
                    if not self.delivered:
                        break
                server.write(piece)
        self._end(way)

    async def _answer(
        self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError):
            while (piece := await reader.read(PIECE)) and not way.doomed:
                await self.flowing.wait()
                writer.write(self.alter(piece))
        self._end(way)

    def _end(self, way: Way) -> None:
        way.cut()
        if way.doomed:
            self.lost.set()

    async def close(self) -> None:
        """Break all connections, and wait until nobody works on them."""
        self.flowing.set()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


async def _encrypted(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext
) -> bool:
    """Do as PostgreSQL does when it is asked for TLS; tell whether that came to anything."""
    try:
        assert await reader.readexactly(len(ASK_FOR_TLS)) == ASK_FOR_TLS
        writer.write(b"S")
        await writer.start_tls(tls)
    except (OSError, EOFError):
        writer.transport.abort()
        return False
    return True


@asynccontextmanager
async def proxy(dsn: str, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Proxy]:
    """Run a proxy to the server of an address for the length of the block."""
    parts = urlsplit(dsn)
    assert parts.hostname is not None
    way = Proxy(parts.hostname, target=parts.port or 5432, tls=tls)
    way.flowing.set()
    server = await asyncio.start_server(way.serve, "127.0.0.1", 0)
    way.port = server.sockets[0].getsockname()[1]
    try:
        yield way
    finally:
        server.close()
        await way.close()
