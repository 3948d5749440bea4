"""Kernels on one database hear of each other by its notifications, on a connection of their own.

A payload has less than 8,000 bytes, and all who commit a notification wait for each other, so none
is sent with a write: https://www.postgresql.org/docs/current/sql-notify.html
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from chachaml_kernel.errors import Upstream

from chachaml_store_postgres.pool import NAME, connect

logger = logging.getLogger(__name__)

PULSE = 15.0
"""Seconds of silence after which the connection is tried."""
COMMAND_SECONDS = 5.0
"""How long the database may take to take a notification."""
PAUSE = 1.0
"""Seconds between two tries to connect."""

FAULTS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

CHANNEL = "SELECT 'chachaml_' || coalesce(current_schema()::regnamespace::oid, 0)"
"""Databases hear their own notifications only; kernels on one schema of several, those of it."""


@dataclass(slots=True, eq=False)
class Line:
    """A connection that listens, and what it has heard; none, once it is broken."""

    connection: "asyncpg.Connection[Any]"
    channel: str
    heard: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    echoed: bool = False
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def listen(self) -> None:
        """Listen from now on."""
        self.connection.add_termination_listener(lambda _: self.heard.put_nowait(None))
        await self.connection.add_listener(self.channel, self._hear)
        await self.say("")
        if not self.echoed:
            logger.warning(
                "the database's notifications do not arrive, so live pages do not show what other "
                "servers write; where a pooler stands in between, set listen_dsn to pass it by"
            )

    async def say(self, message: str) -> None:
        """Notify all who listen."""
        async with self._busy:
            await self.connection.execute("SELECT pg_notify($1, $2)", self.channel, message)

    def _hear(self, _: object, process: int, __: str, message: str) -> None:
        if process == self.connection.get_server_pid():
            self.echoed = True  # it comes before the answer to the statement
        elif message:
            self.heard.put_nowait(message)


@dataclass(slots=True, eq=False)
class PostgresRelay:
    """A `Relay` on notifications of a database."""

    dsn: str = field(repr=False)
    _line: Line | None = None

    async def send(self, message: str) -> None:
        """See `Relay`."""
        if self._line is None:
            raise Upstream("the database cannot be notified; it is tried again")
        try:
            await self._line.say(message)
        except FAULTS as error:
            self._line.connection.terminate()
            raise Upstream(
                f"the database cannot be notified ({error}); it is tried again"
            ) from error

    async def receive(self) -> AsyncGenerator[str | None, None]:
        """See `Relay`."""
        while True:
            try:
                async with self._listening() as line:
                    yield None
                    while (message := await _next(line)) is not None:
                        yield message
            except FAULTS as error:
                logger.warning("cannot hear what other servers write: %s", error)
                await asyncio.sleep(PAUSE)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[Line]:
        settings = {"application_name": f"{NAME} live"}
        connection = await connect(self.dsn, seconds=COMMAND_SECONDS, server_settings=settings)
        try:
            line = Line(connection, await connection.fetchval(CHANNEL))
            await line.listen()
            self._line = line
            yield line
        finally:
            self._line = None
            connection.terminate()


async def _next(line: Line) -> str | None:
    """Return the next message, or none where the connection is broken."""
    while True:
        try:
            async with asyncio.timeout(PULSE):
                return await line.heard.get()
        except TimeoutError:
            await line.say("")


@asynccontextmanager
async def open_relay(dsn: str) -> AsyncIterator[PostgresRelay]:
    """Open the relay on a database; it connects when it is to receive."""
    yield PostgresRelay(dsn)
