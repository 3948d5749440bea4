"""A store whose writes are held back, so that several wait for the same commit."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chachaml_store_sql import SqlStore
from sqlalchemy import Connection


@asynccontextmanager
async def held(store: SqlStore) -> AsyncIterator[None]:
    """Let all writes that are begun in this block wait until it ends."""
    blocked, go_on = threading.Event(), threading.Event()

    def block(_: Connection) -> None:
        blocked.set()
        go_on.wait()

    first = asyncio.create_task(store.write(block))
    await asyncio.to_thread(blocked.wait)
    try:
        yield
        await asyncio.sleep(0)  # what was begun last waits too now
    finally:
        go_on.set()
        await first
