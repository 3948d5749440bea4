"""The SQLite store with many processes, full disks and too much work."""

import asyncio
import math
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.errors import Conflict, Overloaded, Upstream
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import history_of
from chachaml_store_sql import SqlStore
from chachaml_store_sql.schema import runs
from chachaml_store_sqlite import StoreSqlite
from sqlalchemy import Connection, update

from tests.integration.held import held

STARTER = """
import asyncio, sys
from pathlib import Path
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.runs import NewRun, Run, RunStatus
from chachaml_store_sqlite import StoreSqlite

async def main():
    path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    async with StoreSqlite(path=path, busy_seconds=60).chachaml_store() as store:
        run = Run(id=name, experiment="e", name=None, status=RunStatus.RUNNING, started_at=0)
        await store.start_run(NewRun(run=run))
        for step in range(count):
            await store.append_points("shared", {name: Points([0.5], [step], [step])})
    print("fine")

asyncio.run(main())
"""


FILLER = """
import asyncio, resource, sys
from pathlib import Path
from chachaml_kernel.errors import Upstream
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.runs import NewRun, Run, RunStatus
from chachaml_store_sqlite import StoreSqlite

async def main():
    async with StoreSqlite(path=Path(sys.argv[1])).chachaml_store() as store:
        run = Run(id="run", experiment="e", name=None, status=RunStatus.RUNNING, started_at=0)
        await store.start_run(NewRun(run=run))
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
        acknowledged = 0
        try:
            for step in range(2_000):
                await store.append_points("run", {"loss": Points([0.5] * 50, [step] * 50)})
                acknowledged += 50
        except Upstream as error:
            print(acknowledged, error.detail)

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chachaml.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    async with StoreSqlite(path=path).chachaml_store() as opened:
        yield opened


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def outputs(processes: list[subprocess.Popen[str]]) -> list[tuple[str, str]]:
    return [process.communicate(timeout=120) for process in processes]


def test_twenty_processes_start_at_once_on_one_new_file(path: Path) -> None:
    processes = [start(STARTER, path, f"run-{number}", 0) for number in range(20)]
    assert outputs(processes) == [("fine\n", "")] * 20
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (20,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_several_processes_write_one_file(store: Store, path: Path) -> None:
    await store.start_run(new_run("shared"))
    processes = [start(STARTER, path, f"writer-{number}", 100) for number in range(4)]
    results = await asyncio.to_thread(outputs, processes)
    assert results == [("fine\n", "")] * 4
    for number in range(4):
        history = await history_of(store, "shared", f"writer-{number}")
        assert history.steps == list(range(100))


async def test_a_write_waits_for_another_process_and_then_says_who_holds_the_file(
    path: Path,
) -> None:
    async with StoreSqlite(path=path, busy_seconds=0).chachaml_store() as store:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Upstream, match="held by another process"):
            await store.start_run(new_run("run"))
        holder.execute("ROLLBACK")
        holder.close()
        await store.start_run(new_run("run"))


def test_a_full_disk_is_said_and_loses_nothing_that_was_acknowledged(path: Path) -> None:
    [(output, errors)] = outputs([start(FILLER, path)])
    assert errors == ""
    acknowledged, detail = output.split(maxsplit=1)
    assert "disk" in detail
    with sqlite3.connect(path) as connection:
        stored = "SELECT count(*) + (SELECT coalesce(sum(length), 0) FROM chunks) FROM points"
        assert connection.execute(stored).fetchone() == (int(acknowledged),)
        assert connection.execute("SELECT length FROM series").fetchone() == (int(acknowledged),)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_a_write_that_fails_is_undone_alone_among_those_that_share_its_commit(
    store: SqlStore,
) -> None:
    await store.start_run(new_run("run"))
    async with held(store):
        results = asyncio.gather(
            store.log_params("run", {"a": 1}),
            store.log_params("run", {"b": 1, "a": 2}),
            store.append_points("run", {"loss": points(0.5)}),
            return_exceptions=True,
        )
    good, bad, also_good = await results
    assert (good, also_good) == (None, None)
    assert isinstance(bad, Conflict)
    detail = await store.get_run("run")
    assert detail.params == {"a": 1}
    assert [metric.key for metric in detail.metrics] == ["loss"]


async def test_a_write_that_fails_and_shares_its_commit_with_none_is_undone(
    store: SqlStore,
) -> None:
    def write_and_fail(connection: Connection) -> None:
        connection.execute(update(runs).values(name="changed"))
        raise ZeroDivisionError

    await store.start_run(new_run("run"))
    await store.upkeep.idle.wait()
    with pytest.raises(ZeroDivisionError):
        await store.write(write_and_fail)
    await store.log_params("run", {"a": 1})
    detail = await store.get_run("run")
    assert (detail.run.name, detail.params) == (new_run("run").run.name, {"a": 1})


@pytest.mark.parametrize("error", [StopIteration(), ZeroDivisionError()])
async def test_an_error_that_nobody_foresaw_belongs_to_one_write_alone(
    store: SqlStore, error: Exception
) -> None:
    def fail(_: Connection) -> None:
        raise error

    results = await asyncio.gather(
        *(store.write(fail) for _ in range(3)),
        store.start_run(new_run("run")),
        *(store.read(fail) for _ in range(5)),
        return_exceptions=True,
    )
    assert [isinstance(result, BaseException) for result in results] == [
        *[True] * 3,
        False,
        *[True] * 5,
    ]
    assert (await store.get_run("run")).run.id == "run"


@pytest.mark.parametrize("reserve", [0, 100_000])
async def test_space_is_kept_back_while_the_store_is_open(path: Path, reserve: int) -> None:
    kept = path.with_name(f"{path.name}-reserve")
    for _ in range(2):
        async with StoreSqlite(path=path, reserve=reserve).chachaml_store():
            assert (kept.stat().st_size if kept.exists() else 0) == reserve
        assert not kept.exists()


async def test_more_than_may_wait_is_turned_away(path: Path) -> None:
    async with StoreSqlite(path=path, max_waiting=2).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        async with held(store):
            waiting = [asyncio.create_task(store.start_run(new_run(f"run-{n}"))) for n in range(2)]
            await asyncio.sleep(0)  # both wait now
            with pytest.raises(Overloaded, match="try again"):
                await store.start_run(new_run("run-2"))
        await asyncio.gather(*waiting)


async def test_a_deleted_run_frees_its_space_on_the_disk(path: Path) -> None:
    async with StoreSqlite(path=path).chachaml_store() as store:
        await store.start_run(new_run("run"))
        noise = Random(1)
        await store.append_points(
            "run", {"loss": points(*(noise.random() for _ in range(200_000)))}
        )
    size = os.stat(path).st_size
    async with StoreSqlite(path=path).chachaml_store() as store:
        await store.set_archived("run", archived=True)
        await store.delete_run("run")
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
    assert os.stat(path).st_size < size / 4


async def test_a_run_is_deleted_from_a_restored_file_too_which_gives_nothing_back(
    path: Path, tmp_path: Path
) -> None:
    async with StoreSqlite(path=path).chachaml_store() as store:
        await store.start_run(new_run("run"))
        await store.append_points("run", {"loss": points(*map(math.sin, range(100_000)))})
    restored = tmp_path / "restored.db"
    with sqlite3.connect(path) as before, sqlite3.connect(restored) as after:
        after.executescript("\n".join(before.iterdump()))
    before.close()
    after.close()
    async with StoreSqlite(path=restored).chachaml_store() as store:
        await store.set_archived("run", archived=True)
        await store.delete_run("run")
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        assert (await store.list_runs(RunQuery(archived=None))).rows == []
