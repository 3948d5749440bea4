"""Opening the file: its settings, its soundness, its schema; and what SQLite's errors mean."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chachaml_kernel.errors import ChachamlError, ConfigError, Upstream
from chachaml_store_sql import migrate, refuse_foreign
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

CHECKED_BYTES = 64 * 2**20
"""A file up to this size is checked whole when it is opened; a larger one would take seconds."""

WAL_BYTES = 64 * 2**20
"""What the write-ahead log is cut down to when its content has moved to the file."""

CACHE_BYTES = 4 * 2**20
"""What each connection may hold of the file: the pages of a list, and what leads to them."""

PAGES_AT_ONCE = 1_000


def connect(engine: Engine, *, write: bool) -> Connection:
    """Return a connection that the caller alone uses, in autocommit mode."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    for pragma in (
        "foreign_keys = ON",
        "synchronous = FULL",  # an answer means that the write is on the disk
        f"journal_size_limit = {WAL_BYTES}",
        f"cache_size = -{CACHE_BYTES // 1_024}",  # negative: in KiB, not in pages
        f"query_only = {'OFF' if write else 'ON'}",
    ):
        connection.exec_driver_sql(f"PRAGMA {pragma}")
    return connection


def make_engine(path: Path, *, busy_seconds: float) -> Engine:
    """Return what makes connections to the file, each of them new; opens nothing yet."""

    def open_file() -> sqlite3.Connection:
        return sqlite3.connect(
            path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )

    return create_engine("sqlite://", creator=open_file, poolclass=NullPool)


def prepare(engine: Engine, path: Path, *, busy_seconds: float) -> None:
    """Make the file if it is not there, and bring it to the present schema.

    Any number of processes may do so at once. Raises `ConfigError` if the file cannot be made,
    read or written, is damaged, is another program's, or was written by a newer version; then it is
    left as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = connect(engine, write=True)
    except OSError as error:
        raise ConfigError(f"cannot make the folder {path.parent}: {error.strerror}") from error
    except DBAPIError as error:
        raise ConfigError(f"cannot open the database {path}: {error.orig}") from error
    try:
        _check(connection, path)
        refuse_foreign(connection)
        _switch_to_wal(connection, busy_seconds)
        _migrate(connection)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error.detail}") from error
    except DBAPIError as error:
        raise ConfigError(f"cannot use the database {path}: {error.orig}") from error
    finally:
        connection.close()


def _check(connection: Connection, path: Path) -> None:
    if path.stat().st_size > CHECKED_BYTES:
        return
    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        raise ConfigError(f"the database is damaged ({verdict}); restore it from a backup")


def _switch_to_wal(connection: Connection, busy_seconds: float) -> None:
    """Switch a new file to write-ahead logging, which SQLite refuses at once while it is locked."""
    deadline = time.monotonic() + busy_seconds
    while connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
        try:
            connection.exec_driver_sql("PRAGMA auto_vacuum = INCREMENTAL")
            mode = connection.exec_driver_sql("PRAGMA journal_mode = WAL").scalar()
        except DBAPIError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            if mode != "wal":  # which SQLite does not call an error
                raise ConfigError(
                    "a write-ahead log is not possible on this file system; use a local disk"
                )


def _migrate(connection: Connection) -> None:
    # A migration may have to make a table anew, and dropping the old one would take by cascade what
    # refers to it. This cannot be switched within a transaction.
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # the lock that keeps other starters out
    try:
        if migrate(connection):
            _check_references(connection)
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise ConfigError(f"a row of the table {broken[0]} refers to nothing; restore a backup")


def give_back(connection: Connection) -> int:
    """Cut free pages off the file, so many that others need not wait long; return how many stay."""
    cursor = connection.connection.cursor()
    try:
        # It gives back a page each time that a row is asked for, and has no rows.
        cursor.execute(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})")
        cursor.fetchall()
    finally:
        cursor.close()
    return int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())


def rest(connection: Connection) -> None:
    """Let go of the pages of the file that a connection holds."""
    connection.exec_driver_sql("PRAGMA shrink_memory")


def shrink(connection: Connection) -> None:
    """Cut free pages off the file, as far as there is room in the log to do so."""
    with suppress(DBAPIError):
        left = give_back(connection)
        while left:
            before, left = left, give_back(connection)
            if left >= before:
                return


@contextmanager
def unchecked(connection: Connection) -> Iterator[None]:
    """Let commits leave the log as it is: moving it would take the room that is left."""
    before = connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one()
    connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {before}")


def clear_log(connection: Connection, *, room: int) -> None:
    """Move the log to the file and cut it to nothing, if the file grows by `room` bytes at most."""
    file = connection.exec_driver_sql("PRAGMA database_list").one()[2]
    pages, size = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        for name in ("page_count", "page_size")
    )
    if pages * size - Path(file).stat().st_size <= room:
        with suppress(DBAPIError):
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def is_busy(error: DBAPIError) -> bool:
    """Tell whether another connection holds what was asked for."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class NoSpace(Upstream):
    """The disk is full."""


MEANINGS = {
    sqlite3.SQLITE_BUSY: "the database is held by another process",
    sqlite3.SQLITE_LOCKED: "the database is held by another process",
    sqlite3.SQLITE_FULL: "there is no space left for the database",
    sqlite3.SQLITE_IOERR: "the database's disk fails",
    sqlite3.SQLITE_READONLY: "the database has become read-only",
    sqlite3.SQLITE_CANTOPEN: "the database's file cannot be opened any more",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; stop the server and restore a backup",
    sqlite3.SQLITE_NOTADB: "the database is damaged; stop the server and restore a backup",
}


def meaning(error: BaseException) -> BaseException:
    """Return what callers shall see of an error: `Upstream` if the file is at fault."""
    if isinstance(error, ChachamlError):
        return error
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None or code & 0xFF not in MEANINGS:
        return error
    kind = NoSpace if code & 0xFF == sqlite3.SQLITE_FULL else Upstream
    return kind(f"{MEANINGS[code & 0xFF]} ({cause}); try again")
