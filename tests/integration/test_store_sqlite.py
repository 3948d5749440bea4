"""The SQLite store with many processes, odd files, full disks and too much work."""

import asyncio
import math
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.errors import ConfigError, Conflict, Overloaded, Upstream
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import history_of
from chachaml_store_sql import SqlStore, upgrade
from chachaml_store_sql.migrate import HEAD, KNOWN, VERSION_TABLE
from chachaml_store_sql.schema import metadata
from chachaml_store_sqlite import StoreSqlite
from sqlalchemy import Connection, create_engine

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


async def open_once(path: Path) -> None:
    async with StoreSqlite(path=path, busy_seconds=0.2).chachaml_store():
        pass


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


def test_the_migrations_come_to_the_same_as_a_new_database(tmp_path: Path) -> None:
    asyncio.run(open_once(tmp_path / "made.db"))
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with engine.begin() as connection:
        upgrade(connection)
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
    assert tables(tmp_path / "migrated.db") == tables(tmp_path / "made.db")


def tables(path: Path) -> dict[str, list[object]]:
    """Return each table's columns, indexes and foreign keys, as SQLite itself lists them."""
    found: dict[str, list[object]] = {}
    with sqlite3.connect(path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            if name != VERSION_TABLE:
                listed = ("table_xinfo", "index_list", "foreign_key_list")
                found[name] = [
                    sorted(str(row[1:]) for row in connection.execute(f"PRAGMA {it}({name})"))
                    for it in listed  # the first of each row is but its place in the list
                ]
    connection.close()
    return found


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    import chachaml_store_sql.migrations as migrations

    scripts = ScriptDirectory(os.path.dirname(str(migrations.__file__)))
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(KNOWN)
    assert KNOWN[-1] == HEAD


async def test_a_newer_database_is_refused(path: Path) -> None:
    await open_once(path)
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    connection.close()
    with pytest.raises(ConfigError, match=r"revision '9999', which is newer"):
        await open_once(path)


async def test_the_database_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.close()
    before = path.read_bytes()  # noqa: ASYNC240
    with pytest.raises(ConfigError, match="tables of another program"):
        await open_once(path)
    assert path.read_bytes() == before  # noqa: ASYNC240


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 3 * 4096 + 100])


def scribble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)


def overwrite(path: Path) -> None:
    path.write_text("these are my notes, and not a database" * 1000)


@pytest.mark.parametrize("damage", [cut, scribble, overwrite])
async def test_a_damaged_database_is_refused(path: Path, damage: Callable[[Path], None]) -> None:
    await open_once(path)
    damage(path)
    with pytest.raises(ConfigError, match=r"damaged|malformed|not a database"):
        await open_once(path)


async def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    os.mkdir(path)
    with pytest.raises(ConfigError, match="cannot open the database"):
        await open_once(path)


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("not a folder")
    with pytest.raises(ConfigError, match="cannot make the folder"):
        await open_once(tmp_path / "notes" / "chachaml.db")


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
    blocked, go_on = threading.Event(), threading.Event()

    def block(_: Connection) -> None:
        blocked.set()
        go_on.wait()

    first = asyncio.create_task(store.write(block))
    await asyncio.to_thread(blocked.wait)
    results = asyncio.gather(
        store.log_params("run", {"a": 1}),
        store.log_params("run", {"b": 1, "a": 2}),
        store.append_points("run", {"loss": points(0.5)}),
        return_exceptions=True,
    )
    await asyncio.sleep(0)  # all three wait behind the first one now
    go_on.set()
    await first
    good, bad, also_good = await results
    assert (good, also_good) == (None, None)
    assert isinstance(bad, Conflict)
    detail = await store.get_run("run")
    assert detail.params == {"a": 1}
    assert [metric.key for metric in detail.metrics] == ["loss"]


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


async def test_a_start_that_is_given_up_leaves_no_thread(path: Path) -> None:
    before = set(threading.enumerate())
    for turns in range(4):
        opening = asyncio.create_task(open_once(path))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        left = set(threading.enumerate()) - before
        assert not [thread for thread in left if thread.name.startswith("chachaml-sqlite")]


async def test_more_than_may_wait_is_turned_away(path: Path) -> None:
    async with StoreSqlite(path=path, max_waiting=2).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        blocked, go_on = threading.Event(), threading.Event()

        def block(_: Connection) -> None:
            blocked.set()
            go_on.wait()

        first = asyncio.create_task(store.write(block))
        await asyncio.to_thread(blocked.wait)
        waiting = [asyncio.create_task(store.start_run(new_run(f"run-{n}"))) for n in range(2)]
        await asyncio.sleep(0)  # both wait behind the first one now
        with pytest.raises(Overloaded, match="try again"):
            await store.start_run(new_run("run-2"))
        go_on.set()
        await asyncio.gather(first, *waiting)


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
