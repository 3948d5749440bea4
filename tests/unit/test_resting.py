"""A server that has nothing to do gives memory back, and serves on as before."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from chachaml_store_sqlite.database import connect, make_engine
from chachaml_store_sqlite.lanes import Lane
from chachaml_store_sqlite.transactions import read
from sqlalchemy import Connection

PATIENCE = 60.0
linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is asked of Linux")
RESIDENT = """
import resource
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
"""


async def test_a_thread_for_which_nothing_comes_lets_its_connection_rest_and_lives_on(
    tmp_path: Path,
) -> None:
    loop = asyncio.get_running_loop()
    rested = asyncio.Event()

    def rest(_: Connection) -> None:
        loop.call_soon_threadsafe(rested.set)
        raise MemoryError

    lane = Lane("read", read, 1, 10, loop, rest_seconds=0.001)
    lane.start([connect(make_engine(tmp_path / "a.db", busy_seconds=1.0), write=False)], rest)
    for _ in range(2):
        await asyncio.wait_for(rested.wait(), PATIENCE)
        rested.clear()
        assert lane.rests
        assert await lane.run(lambda c: c.exec_driver_sql("SELECT 1").scalar()) == 1
    await asyncio.to_thread(lane.stop)


@linux
def test_a_connection_that_rests_holds_no_pages_of_the_file(tmp_path: Path) -> None:
    check = f"""{RESIDENT}
import sys
from pathlib import Path
from chachaml_kernel.memory_use import trim
from chachaml_store_sqlite.database import connect, make_engine, rest
engine = make_engine(Path(sys.argv[1]), busy_seconds=1.0)
connection = connect(engine, write=True)
connection.exec_driver_sql("CREATE TABLE t (a)")
connection.exec_driver_sql("BEGIN")
for _ in range(1_000):
    connection.exec_driver_sql("INSERT INTO t VALUES (randomblob(8000))")
connection.exec_driver_sql("COMMIT")
rest(connection)
trim()
before = resident()
connection.exec_driver_sql("SELECT count(*), sum(a > x'80') FROM t").all()
held = resident() - before
rest(connection)
trim()
assert held > 3 * 2**20 > 2**20 > resident() - before, (held, resident() - before)
"""
    subprocess.run([sys.executable, "-c", check, str(tmp_path / "a.db")], check=True)


@linux
def test_what_the_heap_has_free_between_pieces_in_use_is_given_back() -> None:
    check = f"""{RESIDENT}
from chachaml_kernel.memory_use import trim
pieces = [bytes(60_000) for _ in range(1_000)]
held = resident()
del pieces[:-1]
trim()
assert held - resident() > 40 * 2**20, (held, resident())
"""
    subprocess.run([sys.executable, "-c", check], check=True)


@linux
def test_a_store_for_which_nothing_comes_has_the_heap_give_back_what_is_free(
    tmp_path: Path,
) -> None:
    check = f"""{RESIDENT}
import asyncio
import sys
from pathlib import Path
from chachaml_store_sqlite.store import open_store

async def main():
    file = Path(sys.argv[1])
    async with open_store(file, readers=2, busy_seconds=1.0, max_waiting=10, reserve=0):
        pieces = [bytes(60_000) for _ in range(1_000)]
        held = resident()
        del pieces[:-1]
        while held - resident() < 40 * 2**20:
            await asyncio.sleep(0.1)

asyncio.run(asyncio.wait_for(main(), {PATIENCE}))
"""
    subprocess.run([sys.executable, "-c", check, str(tmp_path / "a.db")], check=True)
