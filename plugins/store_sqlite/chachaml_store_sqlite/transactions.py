"""Reading in one snapshot, and writing in groups: one commit, and so one fsync, for all of them."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from chachaml_kernel.errors import NotFound
from chachaml_store_sql import Append, Grown, append_group, append_one
from sqlalchemy import Connection, Engine

from chachaml_store_sqlite.database import NoSpace, clear_log, connect, meaning, shrink, unchecked
from chachaml_store_sqlite.lanes import Job
from chachaml_store_sqlite.reserve import Reserve


@dataclass(frozen=True, slots=True)
class Appending:
    """The function that appends some points, which shows what they are."""

    append: Append

    def __call__(self, connection: Connection) -> Sequence[Grown]:
        """Append them alone."""
        return append_one(connection, self.append)


@dataclass(frozen=True, slots=True)
class Freeing:
    """A function that leads to free space, for which some is kept back."""

    function: Callable[[Connection], Any]

    def __call__(self, connection: Connection) -> Any:  # noqa: ANN401  (whatever it returns)
        """Do what the function does."""
        return self.function(connection)


def read(connection: Connection, jobs: Sequence[Job]) -> None:
    """Run each job in a read transaction of its own."""
    driver = _driver(connection)
    for job in jobs:
        try:
            driver.execute("BEGIN")
            job.result = job.function(connection)
        except BaseException as error:  # whatever it is, it belongs to whoever asked
            job.error = meaning(error)
        finally:
            _roll_back(driver)


def begin_reading(engine: Engine) -> Connection:
    """Return a connection that sees the present state of the file until it is closed."""
    connection = connect(engine, write=False)
    try:
        driver = _driver(connection)
        driver.execute("BEGIN")
        driver.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # the state is that of now
    except BaseException as error:
        connection.close()
        raise meaning(error) from error
    return connection


def read_on(connection: Connection, jobs: Sequence[Job]) -> None:
    """Run each job in the transaction that was begun."""
    for job in jobs:
        try:
            job.result = job.function(connection)
        except BaseException as error:  # as above
            job.error = meaning(error)


def write(connection: Connection, jobs: Sequence[Job], *, reserve: Reserve) -> None:
    """Run all jobs in one transaction; one that raises is undone alone.

    Where the transaction itself fails, all of them fail and nothing was written. Those that lead to
    free space are tried once more where there was none, with what is kept back for them.
    """
    _write(connection, jobs)
    refused = [
        job for job in jobs if isinstance(job.function, Freeing) and isinstance(job.error, NoSpace)
    ]
    if refused and reserve.give_up():
        for job in refused:
            job.error = None
        with unchecked(connection):
            clear_log(connection, room=reserve.room())
            _write(connection, refused)
            shrink(connection)
            clear_log(connection, room=reserve.room())
        reserve.take_back()


def _write(connection: Connection, jobs: Sequence[Job]) -> None:
    driver = _driver(connection)
    try:
        driver.execute("BEGIN IMMEDIATE")
        if len(jobs) == 1:  # what fails is undone with the transaction, which costs no savepoint
            jobs[0].result = jobs[0].function(connection)
        else:
            _write_all(connection, driver, jobs)
        driver.execute("COMMIT")
    except BaseException as error:  # as above
        _roll_back(driver)
        for job in jobs:
            job.error = meaning(error)


def _write_all(connection: Connection, driver: sqlite3.Connection, jobs: Sequence[Job]) -> None:
    """Run jobs so that one that raises is undone alone."""
    for together, some in groupby(jobs, _can_share):
        if together:
            _append_together(connection, driver, list(some))
        else:
            for job in some:
                _write_one(connection, driver, job)


def _can_share(job: Job) -> bool:
    """Tell whether a job can share its statements with others of its kind."""
    return isinstance(job.function, Appending) and job.function.append.once is None


def _append_together(
    connection: Connection, driver: sqlite3.Connection, jobs: Sequence[Job]
) -> None:
    """Run jobs that append as one; where that fails, each of them behind a savepoint of its own."""
    driver.execute("SAVEPOINT jobs")
    try:
        appends = [job.function.append for job in jobs if isinstance(job.function, Appending)]
        outcomes = append_group(connection, appends)
    except BaseException:
        if not driver.in_transaction:
            raise
        driver.execute("ROLLBACK TO jobs")
        for job in jobs:
            _write_one(connection, driver, job)
    else:
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, NotFound):
                job.error = outcome
            else:
                job.result = outcome
    driver.execute("RELEASE jobs")


def _write_one(connection: Connection, driver: sqlite3.Connection, job: Job) -> None:
    """Run a job behind a savepoint; raise only if SQLite has given the whole transaction up."""
    driver.execute("SAVEPOINT job")
    try:
        job.result = job.function(connection)
    except BaseException as error:  # as above
        if not driver.in_transaction:
            raise
        driver.execute("ROLLBACK TO job")
        job.error = meaning(error)
    driver.execute("RELEASE job")


def _driver(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection, which runs plain commands at a fraction of the cost."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _roll_back(driver: sqlite3.Connection) -> None:
    if driver.in_transaction:
        driver.execute("ROLLBACK")
