"""The store: transactions on a pool of connections, over the SQL that all SQL stores share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chachaml_store_sql import SqlStore, sql_store
from sqlalchemy import Connection

from chachaml_store_postgres.appends import appending
from chachaml_store_postgres.database import make_engine, prepare
from chachaml_store_postgres.transactions import Transactions


@asynccontextmanager
async def open_store(
    dsn: str,
    *,
    connections: int,
    statement_seconds: float,
    lock_seconds: float,
    max_waiting: int,
) -> AsyncIterator[SqlStore]:
    """Open the store on a database, whose tables are made or brought up to date if need be."""
    engine = make_engine(
        dsn,
        connections=connections,
        statement_seconds=statement_seconds,
        lock_seconds=lock_seconds,
    )
    try:
        await prepare(engine)
        run = Transactions(engine, most=connections + max_waiting)
        async with (
            appending(run.write, max_waiting=max_waiting) as append,
            sql_store(run.read, run.write, append, run.hold, give_back=_give_back) as store,
        ):
            yield store
    finally:
        await engine.dispose()


def _give_back(_: Connection) -> int:
    """Leave it to the server, whose autovacuum uses again what is free."""
    return 0
