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
RESIDENT = """
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * 4096
"""


async def test_a_thread_for_which_nothing_comes_lets_its_connection_rest_and_serves_on(
    tmp_path: Path,
) -> None:
    loop = asyncio.get_running_loop()
    rested = asyncio.Event()

    def rest(_: Connection) -> None:
        loop.call_soon_threadsafe(rested.set)

    lane = Lane("read", read, 1, 10, loop, rest, rest_seconds=0.001)
    lane.start([connect(make_engine(tmp_path / "a.db", busy_seconds=1.0), write=False)])
    for _ in range(2):
        await asyncio.wait_for(rested.wait(), PATIENCE)
        rested.clear()
        assert await lane.run(lambda c: c.exec_driver_sql("SELECT 1").scalar()) == 1
    await asyncio.to_thread(lane.stop)


def test_a_connection_that_rests_holds_no_pages_of_the_file(tmp_path: Path) -> None:
    check = f"""{RESIDENT}
import sys
from pathlib import Path
from chachaml_store_sqlite.database import connect, make_engine, rest
engine = make_engine(Path(sys.argv[1]), busy_seconds=1.0)
connection = connect(engine, write=True)
connection.exec_driver_sql("CREATE TABLE t (a)")
for _ in range(1_000):
    connection.exec_driver_sql("INSERT INTO t VALUES (randomblob(8000))")
rest(connection)
before = resident()
connection.exec_driver_sql("SELECT count(*), sum(a > x'80') FROM t").all()
held = resident() - before
rest(connection)
assert held > 3 * 2**20 > 2**20 > resident() - before, (held, resident() - before)
"""
    subprocess.run([sys.executable, "-c", check, str(tmp_path / "a.db")], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="another C library has no such function")
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
