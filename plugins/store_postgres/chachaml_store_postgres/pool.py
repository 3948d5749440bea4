"""Connections to the database, which are kept while they are of use."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

CONNECT_SECONDS = 10
"""How long one try to connect may take."""

NAME = "chachaml-kernel"
"""What the database's own lists of connections call us."""

SINCE = "chachaml_idle_since"


async def connect(
    dsn: str, *, seconds: float, settings: Mapping[str, str]
) -> "asyncpg.Connection[Any]":
    """Return a connection on which no command takes longer than some `seconds`."""
    return await asyncpg.connect(
        dsn, timeout=CONNECT_SECONDS, command_timeout=seconds, server_settings=settings
    )


@dataclass(slots=True, eq=False)
class Pool:
    """Makes connections when they are needed; `snapshots` are those for reading."""

    engine: AsyncEngine
    snapshots: AsyncEngine = field(init=False)
    _doubted: float = -inf

    def __post_init__(self) -> None:
        """Look at each connection when it is taken."""
        # Statements of their own would each see a newer state than the one before.
        self.snapshots = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        event.listen(self.engine.sync_engine, "checkin", _note_time)
        event.listen(self.engine.sync_engine, "checkout", self._refuse_broken)

    def doubt(self) -> None:
        """Use no connection any more that is idle now: one was lost, and they may be as well."""
        self._doubted = time.monotonic()

    def _refuse_broken(self, adapter: Any, record: Any, _: object) -> None:  # noqa: ANN401
        """Have a new connection made in the place of one that is lost, or may be."""
        driver = adapter.driver_connection
        if driver.is_closed() or record.info.get(SINCE, inf) <= self._doubted:
            driver.terminate()
            raise DisconnectionError


def _note_time(_: object, record: Any) -> None:  # noqa: ANN401
    record.info[SINCE] = time.monotonic()


def make_pool(dsn: str, *, connections: int, statement_seconds: float, lock_seconds: float) -> Pool:
    """Return a pool of at most so many connections; opens none yet."""
    settings = {
        "application_name": NAME,
        "statement_timeout": _milliseconds(statement_seconds),
        "lock_timeout": _milliseconds(lock_seconds),
        "idle_in_transaction_session_timeout": _milliseconds(statement_seconds),
    }
    engine = create_async_engine(
        "postgresql+asyncpg://",
        # The server ends a slow statement; where it is not heard of any more, so do we.
        async_creator=partial(connect, dsn, seconds=statement_seconds + 1, settings=settings),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=statement_seconds,
    )
    return Pool(engine)


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1_000)))
