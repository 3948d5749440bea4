"""The store: one writing lane, some reading ones, over the SQL that all SQL stores share."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from chachaml_kernel.memory_use import trim
from chachaml_store_sql import Append, Runner, SqlStore, sql_store
from chachaml_store_sql.series.append import Grown
from sqlalchemy import Connection, Engine

from chachaml_store_sqlite import transactions
from chachaml_store_sqlite.database import connect, give_back, make_engine, prepare, rest
from chachaml_store_sqlite.lanes import Lane
from chachaml_store_sqlite.reserve import Reserve

T = TypeVar("T")

MAX_GROUP = 500
"""Writes that share a commit at most, so that none waits long for the others."""


@asynccontextmanager
async def open_store(
    path: Path, *, readers: int, busy_seconds: float, max_waiting: int, reserve: int
) -> AsyncIterator[SqlStore]:
    """Open the store on a file, which is made or brought up to date if need be."""
    loop = asyncio.get_running_loop()
    kept = Reserve.beside(path, reserve)
    write = partial(transactions.write, reserve=kept)
    lanes = Lanes(
        engine=make_engine(path, busy_seconds=busy_seconds),
        reserve=kept,
        writing=Lane("chachaml-sqlite-write", write, MAX_GROUP, max_waiting, loop),
        reading=Lane("chachaml-sqlite-read", transactions.read, 1, max_waiting, loop),
    )
    try:
        await asyncio.to_thread(lanes.start, path, readers, busy_seconds=busy_seconds)
        async with sql_store(
            lanes.reading.run,
            lanes.writing.run,
            lanes.append,
            lanes.hold,
            free=lanes.free,
            give_back=lanes.give_back,
        ) as store:
            yield store
    finally:
        lanes.writing.hand_over()
        lanes.reading.hand_over()
        await asyncio.to_thread(lanes.stop)


@dataclass(slots=True, kw_only=True)
class Lanes:
    """The threads of a store. `start` and `stop` wait, so they are called on yet another one."""

    engine: Engine
    reserve: Reserve
    writing: Lane
    reading: Lane
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: bool = False

    async def append(self, append: Append) -> Sequence[Grown]:
        """Append together with the others that wait, in the transaction of all writes that do."""
        return await self.writing.run(transactions.Appending(append))

    async def free(self, function: Callable[[Connection], T], /) -> T:
        """Write what leads to free space, also where there is none left."""
        return await self.writing.run(transactions.Freeing(function))

    def give_back(self, connection: Connection) -> int:
        """Cut free pages off the file; return how many are left."""
        left = give_back(connection)
        if not left:
            self.reserve.make()
        return left

    def rest(self, connection: Connection) -> None:
        """Let a connection hold less; with the last one, give back what the heap has free."""
        rest(connection)
        if self.writing.rests and self.reading.rests:
            trim()

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[Runner]:
        """Read one state of the file on a thread and a connection of their own."""
        reading = self.reading
        lane = Lane(
            "chachaml-sqlite-hold", transactions.read_on, 1, reading.max_waiting, reading.loop
        )
        lane.start([await asyncio.to_thread(transactions.begin_reading, self.engine)], rest)
        try:
            yield lane.run
        finally:
            lane.hand_over()
            await asyncio.to_thread(lane.stop)

    def start(self, path: Path, readers: int, *, busy_seconds: float) -> None:
        """Prepare the file and start all threads, or none."""
        with self._lock:  # a caller who gives up stops before this has ended
            if self._stopped:
                return
            prepare(self.engine, path, busy_seconds=busy_seconds)
            self.reserve.make()
            connections: list[Connection] = []
            try:
                for number in range(readers + 1):
                    connections.append(connect(self.engine, write=number == 0))
            except BaseException:
                for connection in connections:
                    connection.close()
                raise
            self.writing.start(connections[:1], self.rest)
            self.reading.start(connections[1:], self.rest)

    def stop(self) -> None:
        """Let the threads end what waits, and end them."""
        with self._lock:
            self._stopped = True
            self.reading.stop()
            self.writing.stop()  # last and alone, since then SQLite clears its log away
            self.reserve.leave()
            self.engine.dispose()
