"""Connections to the database, which are kept while they are of use."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import Any

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

CONNECT_SECONDS = 10
"""How long one try to connect may take."""

NAME = "chachaml-kernel"
"""What the database's own lists of connections call us."""

SINCE = "chachaml_idle_since"


async def connect(dsn: str, *, seconds: float, **options: Any) -> "asyncpg.Connection[Any]":  # noqa: ANN401
    """Return a connection on which no command takes longer than some `seconds`."""
    return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, command_timeout=seconds, **options)


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


def make_pool(
    dsn: str, *, connections: int, statement_seconds: float, lock_seconds: float, pooler: bool
) -> Pool:
    """Return a pool of at most so many connections; opens none yet.

    With a `pooler`, nothing is left on a connection from one transaction to the next.
    """
    limits = {
        "statement_timeout": _milliseconds(statement_seconds),
        "lock_timeout": _milliseconds(lock_seconds),
        "idle_in_transaction_session_timeout": _milliseconds(statement_seconds),
    }
    options: dict[str, Any] = {"server_settings": {"application_name": NAME, **limits}}
    adapted: dict[str, Any] = {}
    if pooler:
        options = {"server_settings": {"application_name": NAME}, "statement_cache_size": 0}
        # A statement without a name is gone with the next one.
        adapted = {"prepared_statement_cache_size": 0, "prepared_statement_name_func": str}
    # The server ends a slow statement; where it is not heard of any more, so do we.
    connected = partial(connect, dsn, seconds=statement_seconds + 1, **options)

    def adapt() -> Any:  # noqa: ANN401
        driver = engine.dialect.dbapi
        assert driver is not None
        return driver.connect(async_creator_fn=connected, **adapted)

    engine: AsyncEngine = create_async_engine(
        "postgresql+asyncpg://",
        creator=adapt,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=statement_seconds,
    )
    if pooler:
        event.listen(engine.sync_engine, "begin", partial(_limit, limits=limits))
    return Pool(engine)


def _limit(connection: Connection, *, limits: Mapping[str, str]) -> None:
    """Set limits for one transaction."""
    each = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in limits.items())
    connection.exec_driver_sql(f"SELECT {each}")


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1_000)))
