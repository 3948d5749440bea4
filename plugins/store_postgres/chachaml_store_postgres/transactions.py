"""Transactions: reading ones are one snapshot, writing ones are run anew where that is safe."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from chachaml_kernel.errors import Overloaded
from chachaml_store_sql import Runner
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction

from chachaml_store_postgres.failures import InDoubt, is_lost, is_to_run_again, meaning

TRIES = 5
"""How often a transaction is begun that the server undoes, or that loses its connection before it
commits."""

T = TypeVar("T")


class _Undone(Exception):
    """Nothing of a transaction was written, and it may do better another time."""


@dataclass(slots=True)
class Transactions:
    """Runs functions of a connection, `most` of them at a time, those that wait included."""

    engine: AsyncEngine
    most: int
    running: int = 0

    async def read(self, function: Callable[[Connection], T], /) -> T:
        """Return what `function` returns, which sees one state of the database throughout."""
        return await self._run(self._reading(), function)

    def _reading(self) -> AsyncEngine:
        # Statements of their own would each see a newer state than the one before.
        return self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[Runner]:
        """Read one state of the database on a connection of its own, however long it takes."""
        async with _connected(self._reading()) as connection:
            turn = asyncio.Lock()

            async def read(function: Callable[[Connection], T], /) -> T:
                async with turn:
                    try:
                        return await connection.run_sync(function)
                    except Exception as error:
                        await _give_up_if_lost(connection, error)
                        raise meaning(error) from error

            await read(_begin_holding)
            yield read

    async def write(self, function: Callable[[Connection], T], /) -> T:
        """Return what `function` returns, once it is on the disk.

        The function may be called several times, since what it did may have been undone.
        """
        return await self._run(self.engine, function)

    async def _run(self, engine: AsyncEngine, function: Callable[[Connection], T]) -> T:
        if self.running >= self.most:
            raise Overloaded(
                f"{self.most} requests wait for the database already; try again in a second"
            )
        self.running += 1
        try:
            for _ in range(TRIES):
                try:
                    return await _once(engine, function)
                except _Undone as undone:
                    error = undone.__cause__
            assert error is not None
            raise meaning(error)
        finally:
            self.running -= 1


def _begin_holding(connection: Connection) -> None:
    connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
    connection.execute(text("SELECT 1"))  # the state is that of now


async def _once(engine: AsyncEngine, function: Callable[[Connection], T]) -> T:
    async with _connected(engine) as connection:
        transaction = await connection.begin()
        try:
            result = await connection.run_sync(function)
        except Exception as error:
            if await _give_up_if_lost(connection, error) or is_to_run_again(error):
                raise _Undone from error
            raise meaning(error) from error
        await _commit(connection, transaction)
        return result


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    try:
        connection = await engine.connect()
    except Exception as error:
        raise meaning(error) from error
    try:
        yield connection
    finally:
        await asyncio.shield(connection.close())  # also for a caller who has gone


async def _commit(connection: AsyncConnection, transaction: AsyncTransaction) -> None:
    try:
        await transaction.commit()
    except Exception as error:
        if await _give_up_if_lost(connection, error):
            raise InDoubt from error
        if is_to_run_again(error):
            raise _Undone from error
        raise meaning(error) from error


async def _give_up_if_lost(connection: AsyncConnection, error: Exception) -> bool:
    """Tell whether a connection is lost; then it goes back to no pool."""
    if connection.invalidated:
        return True
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    if not driver.is_closed() and not is_lost(error):
        return False
    await connection.invalidate()
    return True
