"""Reading in one snapshot, and writing in groups: one commit, and so one fsync, for all of them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chachaml_store_sqlite.database import meaning
from chachaml_store_sqlite.lanes import Job


def read(connection: Connection, jobs: Sequence[Job]) -> None:
    """Run each job in a read transaction of its own."""
    for job in jobs:
        try:
            connection.exec_driver_sql("BEGIN")
            job.result = job.function(connection)
        except BaseException as error:  # whatever it is, it belongs to whoever asked
            job.error = meaning(error)
        finally:
            _roll_back(connection)


def write(connection: Connection, jobs: Sequence[Job]) -> None:
    """Run all jobs in one transaction; one that raises is undone alone.

    Where the transaction itself fails, all of them fail and nothing was written.
    """
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        for job in jobs:
            _write_one(connection, job)
        connection.exec_driver_sql("COMMIT")
    except BaseException as error:  # as below
        _roll_back(connection)
        for job in jobs:
            job.error = meaning(error)


def _write_one(connection: Connection, job: Job) -> None:
    """Run a job behind a savepoint; raise only if SQLite has given the whole transaction up."""
    connection.exec_driver_sql("SAVEPOINT job")
    try:
        job.result = job.function(connection)
    except BaseException as error:  # whatever it is, it belongs to whoever asked
        if not _in_transaction(connection):
            raise
        connection.exec_driver_sql("ROLLBACK TO job")
        job.error = meaning(error)
    connection.exec_driver_sql("RELEASE job")


def _in_transaction(connection: Connection) -> bool:
    return bool(getattr(connection.connection.driver_connection, "in_transaction", False))


def _roll_back(connection: Connection) -> None:
    if _in_transaction(connection):
        connection.exec_driver_sql("ROLLBACK")
