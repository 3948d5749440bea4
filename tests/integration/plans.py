"""What SQLite is asked by a function, and what it does for that."""

from collections.abc import Callable
from typing import Any

from chachaml_store_sql import SqlStore
from sqlalchemy import Connection


async def statements_of(store: SqlStore, function: Callable[[Connection], object]) -> list[str]:
    """Return the SQL that a function runs, with its values in it."""
    seen: list[str] = []

    def listen(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(seen.append)
        function(connection)
        driver.set_trace_callback(None)

    await store.read(listen)
    return seen


async def steps_of(store: SqlStore, function: Callable[[Connection], object]) -> list[str]:
    """Return what SQLite does for the statements of a function, a line a step."""
    ran = await statements_of(store, function)

    def explain(connection: Connection) -> list[str]:
        driver: Any = connection.connection.driver_connection
        return [row[3] for sql in ran for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}")]

    return await store.read(explain)
