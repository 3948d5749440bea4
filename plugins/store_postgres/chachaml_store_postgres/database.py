"""What is found when the database is reached: is it sound, and what is its schema?"""

import ssl

import asyncpg
from chachaml_kernel.errors import ConfigError
from chachaml_store_sql import migrate
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chachaml_store_postgres.failures import cause_of
from chachaml_store_postgres.pool import CONNECT_SECONDS

STARTING = 0x63686163  # "chac"
"""The advisory lock of whoever makes or migrates the tables."""

OLDEST = 15
"""The oldest release of PostgreSQL that is taken: what is used is in it, by its documents."""


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
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the certificate of the PostgreSQL server is refused: {error.verify_message}; "
            "sslrootcert names the file of who vouches for it"
        )
    if isinstance(error, FileNotFoundError):
        return (
            "a file that the dsn names is not there: "
            "a socket, or that of sslrootcert, sslcert, sslkey or passfile"
        )
    if isinstance(error, OSError):
        return f"cannot reach the PostgreSQL server: {error}; is the dsn right, and does it run?"
    if isinstance(error, asyncpg.PostgresError):
        if "startup parameter" in str(error):
            return f"the pooler refuses this ({error}); set pooler = true, and listen_dsn"
        return f"cannot use the PostgreSQL database: {error}"
    # Errors in reading an address may quote it.
    return (
        "the dsn cannot be understood; it is written "
        "postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full, special characters as %XX"
    )
