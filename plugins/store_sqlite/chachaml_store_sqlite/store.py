"""The store: one writing lane, some reading ones, over the SQL that all SQL stores share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from chachaml_store_sql import SqlStore, sql_store
from sqlalchemy import Engine

from chachaml_store_sqlite import transactions
from chachaml_store_sqlite.database import connect, give_back, make_engine, prepare
from chachaml_store_sqlite.lanes import Lane

MAX_GROUP = 500
"""Writes that share a commit at most, so that none waits long for the others."""


@asynccontextmanager
async def open_store(
    path: Path, *, readers: int, busy_seconds: float, max_waiting: int
) -> AsyncIterator[SqlStore]:
    """Open the store on a file, which is made or brought up to date if need be."""
    engine = make_engine(path, busy_seconds=busy_seconds)
    loop = asyncio.get_running_loop()
    writing = Lane("chachaml-sqlite-write", transactions.write, MAX_GROUP, max_waiting, loop)
    reading = Lane("chachaml-sqlite-read", transactions.read, 1, max_waiting, loop)

    def start() -> None:
        prepare(engine, path, busy_seconds=busy_seconds)
        writing.start([connect(engine, write=True)])
        reading.start([connect(engine, write=False) for _ in range(readers)])

    await asyncio.to_thread(start)
    try:
        async with sql_store(reading.run, writing.run, give_back) as store:
            yield store
    finally:
        await asyncio.to_thread(_stop, writing, reading, engine)


def _stop(writing: Lane, reading: Lane, engine: Engine) -> None:
    writing.stop()
    reading.stop()
    engine.dispose()
