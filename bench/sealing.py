"""Appends as rows and as chunks, bytes a point, and the latency of other writes while sealing.

`python -m bench.sealing`; see `docs/adr/0011-merging.md`. It calls the store in this process.
"""

import asyncio
import math
import random
import sqlite3
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.testing.builders import new_run
from chachaml_store_sql import Append, SqlStore, append_one
from chachaml_store_sql.series.append import Addition, Ticks, prepare
from chachaml_store_sqlite import StoreSqlite
from sqlalchemy import Connection

REPEATS = 40
LOGGED = 1_000_000


def curve(count: int) -> Points:
    """Return noise around a decay, every step, and a time that varies by 20 ms."""
    chance = random.Random(1)
    values = [2 * math.exp(-i / 3e5) + chance.gauss(0, 0.05) for i in range(count)]
    times = [10**12 + 250 * i + chance.randint(-20, 20) for i in range(count)]
    return Points(values, times, list(range(count)))


def part(points: Points, begin: int, size: int) -> Points:
    """Return some of the points."""
    end = begin + size
    assert points.steps is not None
    return Points(points.values[begin:end], points.times[begin:end], points.steps[begin:end])


async def appends(store: SqlStore) -> None:
    """Print the least CPU time of an append, as rows and as a chunk, 16 to a commit."""
    await store.start_run(new_run("appends"))
    ticks = Ticks()
    for size in (16, 32, 64, 100, 300, 1_000):
        points = curve(size)
        as_rows = [Addition("rows", points, points.values[0], points.values[0])]
        begin = time.process_time()
        for _ in range(REPEATS):
            as_chunk = prepare({"chunk": points})
        encoding = (time.process_time() - begin) / REPEATS
        spent = [await _group(store, additions, ticks) for additions in (as_rows, as_chunk)]
        print(  # noqa: T201
            f"{size} points: rows {spent[0] * 1e6:.0f} µs; prepared in {encoding * 1e6:.0f} µs "
            f"and written in {spent[1] * 1e6:.0f} µs, {len(as_chunk[0].segments)} chunks"
        )


async def _group(store: SqlStore, additions: Sequence[Addition], ticks: Ticks) -> float:
    def write(connection: Connection) -> float:
        begin = time.thread_time()
        for _ in range(16):
            append_one(connection, Append("appends", additions, None, ticks))
        return (time.thread_time() - begin) / 16

    return min([await store.write(write) for _ in range(REPEATS)])


async def sizes(path: Path) -> None:
    """Print what a million points take, as they came and sealed."""
    points = curve(LOGGED)
    for size in (1, 64, 1_000):
        file = path / f"{size}.db"
        async with StoreSqlite(path=file).chachaml_store() as store:
            assert isinstance(store, SqlStore)
            await store.upkeep.idle.wait()
            await store.start_run(new_run("r"))
            begin = time.process_time()
            await _log(store, points, size)
            logged = time.process_time()
            await store.end_run("r", RunStatus.COMPLETED, error=None, at=1)
            await store.upkeep.idle.wait()
            print(  # noqa: T201
                f"{size} at a time: {(logged - begin) / LOGGED * 1e6:.2f} µs a point; "
                f"sealed {_bytes_a_point(file)}, ",
                end="",
            )
        _compact(file)
        print(f"compact {_bytes_a_point(file)}")  # noqa: T201


async def _log(store: SqlStore, points: Points, size: int) -> None:
    """Log points in order; many requests of one point stand for a group of them."""
    if size > 1:
        for begin in range(0, LOGGED, size):
            await store.append_points("r", {"m": part(points, begin, size)})
        return
    for begin in range(0, LOGGED, 50):
        await store.append_points("r", {"m": part(points, begin, 50)})


def _bytes_a_point(file: Path) -> str:
    return f"{file.stat().st_size / LOGGED:.2f} bytes a point"


def _compact(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("VACUUM")
    connection.close()


async def hot(file: Path) -> None:
    """Print what points take that are rows yet, in 250 series."""
    points = curve(4_000)
    async with StoreSqlite(path=file).chachaml_store() as store:
        await store.start_run(new_run("r"))
        for begin in range(0, 4_000, 50):
            some = part(points, begin, 50)
            await store.append_points("r", {f"m{k}": some for k in range(LOGGED // 4_000)})
    print(f"hot: {_bytes_a_point(file)}")  # noqa: T201


async def latency(store: SqlStore) -> None:
    """Print how long single writes wait while series are sealed, and as many of them after it."""
    for size, what in ((60, "rows are sealed"), (64, "chunks of 64 are merged")):
        points = curve(4_080)
        await store.start_run(new_run(what))
        for begin in range(0, 4_080, size):
            some = part(points, begin, size)
            await store.append_points(what, {f"m{k}": some for k in range(150)})
        await store.end_run(what, RunStatus.COMPLETED, error=None, at=1)
        await store.start_run(new_run(f"beside {what}"))
        beside = []
        while not store.upkeep.idle.is_set():
            beside.append(await _write(store, f"beside {what}"))
        alone = [await _write(store, f"beside {what}") for _ in beside]
        print(f"while {what}: {_spread(beside)}; alone: {_spread(alone)}")  # noqa: T201


async def _write(store: SqlStore, run_id: str) -> float:
    begin = time.perf_counter()
    await store.append_points(run_id, {"m": Points([0.5], [0], [0])})
    return 1_000 * (time.perf_counter() - begin)


def _spread(waits: Sequence[float]) -> str:
    p99 = statistics.quantiles(waits, n=100)[98]
    return f"{len(waits)} writes, p50 {statistics.median(waits):.2f} ms, p99 {p99:.1f} ms"


async def main() -> None:
    """Measure all of it, in a folder of its own."""
    with TemporaryDirectory() as folder:
        async with StoreSqlite(path=Path(folder, "store.db")).chachaml_store() as store:
            assert isinstance(store, SqlStore)
            await appends(store)
            await latency(store)
        await hot(Path(folder, "hot.db"))
        await sizes(Path(folder))


if __name__ == "__main__":
    asyncio.run(main())
