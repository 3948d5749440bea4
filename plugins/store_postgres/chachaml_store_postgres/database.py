"""Reaching the database: connections, the soundness of what is found, and its schema."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import asyncpg
from chachaml_kernel.errors import ConfigError
from chachaml_store_sql import migrate
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chachaml_store_postgres.failures import cause_of

CONNECT_SECONDS = 10
"""How long one try to connect may take."""

NAME = "chachaml-kernel"
"""What the database's own lists of connections call us."""

STARTING = 0x63686163  # "chac"
"""The advisory lock of whoever makes or migrates the tables."""

OLDEST = 15
"""The oldest release of PostgreSQL that is taken: what is used is in it, by its documents."""


async def connect(
    dsn: str, *, seconds: float, settings: Mapping[str, str]
) -> "asyncpg.Connection[Any]":
    """Return a connection on which no command takes longer than some `seconds`."""
    return await asyncpg.connect(
        dsn, timeout=CONNECT_SECONDS, command_timeout=seconds, server_settings=settings
    )


def make_engine(
    dsn: str, *, connections: int, statement_seconds: float, lock_seconds: float
) -> AsyncEngine:
    """Return what makes connections to the database and keeps them; opens none yet."""
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
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1_000)))


def _refuse_closed(driver: Any, *_: object) -> None:  # noqa: ANN401  (the adapter of SQLAlchemy)
    """Have the pool make a new connection in the place of one that the server has closed."""
    if driver.driver_connection.is_closed():
        raise DisconnectionError


async def prepare(engine: AsyncEngine) -> None:
    """Make the tables if they are not there, and bring them to the present schema.

    Any number of kernels may do so at once. Raises `ConfigError`, which has no secret in it, if the
    database cannot be reached or used, is another program's, or was written by a newer version;
    then it is left as it was.
    """
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_prepare)
    except ConfigError:
        raise
    except (
        DBAPIError,
        asyncpg.PostgresError,
        OSError,
        ValueError,
        asyncpg.InterfaceError,
    ) as error:
        raise ConfigError(_explained(cause_of(error))) from None


def _prepare(connection: Connection) -> None:
    _refuse_unfit(connection)
    for setting in ("statement_timeout", "lock_timeout"):
        connection.execute(text(f"SET LOCAL {setting} = 0"))  # a migration may take long
    connection.execute(text(f"SELECT pg_advisory_xact_lock({STARTING})"))  # others wait here
    migrate(connection)


def _refuse_unfit(connection: Connection) -> None:
    found = connection.execute(text("SHOW server_version_num")).scalar_one()
    if int(found) < OLDEST * 10_000:
        version = int(found) // 10_000
        raise ConfigError(
            f"the server is PostgreSQL {version}; chachaml-kernel needs {OLDEST} or newer"
        )
    encoding = connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise ConfigError(
            f"the database has the encoding {encoding}, which cannot hold all text; "
            "make one with the encoding UTF8"
        )


def _explained(error: BaseException) -> str:
    """Return what is wrong with the way to the database, without any part of its address."""
    if isinstance(error, TimeoutError):
        return f"the PostgreSQL server does not answer within {CONNECT_SECONDS} seconds"
    if isinstance(error, OSError):
        return f"cannot reach the PostgreSQL server: {error}; is the dsn right, and does it run?"
    if isinstance(error, asyncpg.PostgresError):
        return f"cannot use the PostgreSQL database: {error}"
    # Errors in reading an address may quote it.
    return (
        "the dsn cannot be understood; it is written "
        "postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full, special characters as %XX"
    )
