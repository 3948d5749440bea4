"""The store: transactions on a pool of connections, over the SQL that all SQL stores share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chachaml_store_sql import SqlStore, sql_store
from sqlalchemy import Connection

from chachaml_store_postgres.appends import appending
from chachaml_store_postgres.database import prepare
from chachaml_store_postgres.pool import make_pool
from chachaml_store_postgres.transactions import Lane


@asynccontextmanager
async def open_store(
    dsn: str,
    *,
    connections: int,
    statement_seconds: float,
    transaction_seconds: float,
    lock_seconds: float,
    max_waiting: int,
    pooler: bool,
) -> AsyncIterator[SqlStore]:
    """Open the store on a database, whose tables are made or brought up to date if need be."""
    pool = make_pool(
        dsn,
        connections=connections,
        statement_seconds=statement_seconds,
        lock_seconds=lock_seconds,
        pooler=pooler,
    )
    # Slow reads shall not keep writes waiting, nor held writes reads: neither gets all connections.
    abreast = max(1, connections - max(1, connections // 4))
    read = Lane(pool, abreast, max_waiting, transaction_seconds, reads=True)
    write = Lane(pool, abreast, max_waiting, transaction_seconds)
    try:
        await prepare(pool.engine)
        async with (
            appending(write, max_waiting=max_waiting) as append,
            sql_store(read, write, append, read.hold, free=write, give_back=_give_back) as store,
        ):
            yield store
    finally:
        await pool.engine.dispose()


def _give_back(_: Connection) -> int:
    """Leave it to the server, whose autovacuum uses again what is free."""
    return 0
