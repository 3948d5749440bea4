"""Transactions: reading ones are one snapshot, writing ones are run anew where that is safe."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from chachaml_kernel.errors import Overloaded
from chachaml_store_sql import Runner
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chachaml_store_postgres.failures import (
    InDoubt,
    Unreachable,
    is_lost,
    is_silence,
    is_to_run_again,
    meaning,
)
from chachaml_store_postgres.pool import Pool

TRIES = 5
"""How often a transaction is begun that the server undoes, or that loses its connection before it
commits."""

T = TypeVar("T")


class _Undone(Exception):
    """Nothing of a transaction was written, and it may do better another time."""


@dataclass(slots=True, eq=False)
class Lane:
    """Transactions of one kind: `abreast` of them at a time, and `max_waiting` that wait."""

    pool: Pool
    abreast: int
    max_waiting: int
    seconds: float
    """How long a transaction may take up to its commit, waiting and further tries included."""
    reads: bool = False
    running: int = 0
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nobody on it."""
        self._free = asyncio.Semaphore(self.abreast)

    async def __call__(self, function: Callable[[Connection], T], /) -> T:
        """Return what `function` returns; one that reads sees one state of the database throughout.

        What it wrote is on the disk then. It may be called several times, since what it did may
        have been undone.
        """
        if self.running >= self.abreast + self.max_waiting:
            raise Overloaded(
                f"{self.max_waiting} requests wait for the database already; try again in a second"
            )
        self.running += 1
        try:
            async with asyncio.timeout(self.seconds) as limit:
                async with self._free:
                    return await self._tried(function, limit)
        except TimeoutError:
            raise Unreachable(
                f"the database was not done within {self.seconds:g} seconds; try again"
            ) from None
        finally:
            self.running -= 1

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[Runner]:
        """Read one state of the database on a connection of its own, however long it takes."""
        async with _connected(self.pool, reads=True) as connection:
            turn = asyncio.Lock()

            async def read(function: Callable[[Connection], T], /) -> T:
                async with turn:
                    try:
                        return await connection.run_sync(function)
                    except Exception as error:
                        await self._give_up_if_lost(connection, error)
                        raise meaning(error) from error

            await read(_begin_holding)
            yield read

    async def _tried(self, function: Callable[[Connection], T], limit: asyncio.Timeout) -> T:
        until = limit.when()
        for _ in range(TRIES):
            try:
                return await self._once(function, limit)
            except _Undone as undone:
                error = undone.__cause__
            limit.reschedule(until)
        assert error is not None
        raise meaning(error)

    async def _once(self, function: Callable[[Connection], T], limit: asyncio.Timeout) -> T:
        async with _connected(self.pool, reads=self.reads) as connection:
            transaction = await connection.begin()
            try:
                result = await connection.run_sync(function)
            except Exception as error:
                raise _outcome(
                    error, lost=await self._give_up_if_lost(connection, error)
                ) from error
            limit.reschedule(None)  # a commit ends by itself, and must not be given up
            try:
                await transaction.commit()
            except Exception as error:
                lost = await self._give_up_if_lost(connection, error)
                in_doubt = lost and not self.reads
                raise InDoubt() if in_doubt else _outcome(error, lost=lost) from error
            return result

    async def _give_up_if_lost(self, connection: AsyncConnection, error: Exception) -> bool:
        """Tell whether a connection is lost; then it goes back to no pool."""
        if connection.invalidated:
            return True
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        if not driver.is_closed() and not is_lost(error):
            return False
        self.pool.doubt()
        driver.terminate()
        await connection.invalidate()
        return True


def _outcome(error: Exception, *, lost: bool) -> BaseException:
    """Return what a failure comes to that has left nothing behind."""
    if is_silence(error):  # who has waited in vain for an answer would wait as long again
        return meaning(error)
    return _Undone() if lost or is_to_run_again(error) else meaning(error)


def _begin_holding(connection: Connection) -> None:
    connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
    connection.execute(text("SELECT 1"))  # the state is that of now


@asynccontextmanager
async def _connected(pool: Pool, *, reads: bool) -> AsyncIterator[AsyncConnection]:
    try:
        connection = await (pool.snapshots if reads else pool.engine).connect()
    except Exception as error:
        raise meaning(error) from error
    try:
        yield connection
    except asyncio.CancelledError:
        await asyncio.shield(connection.invalidate())  # it may be busy for long
        raise
    finally:
        await asyncio.shield(connection.close())  # also for a caller who has gone
