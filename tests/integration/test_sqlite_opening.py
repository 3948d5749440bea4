"""Opening an SQLite file: a new one, a migrated one, and those that are refused."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_store_sql import upgrade
from chachaml_store_sql.migrate import HEAD, KNOWN, VERSION_TABLE
from chachaml_store_sql.schema import metadata
from chachaml_store_sqlite import StoreSqlite
from chachaml_store_sqlite.database import prepare
from sqlalchemy import NullPool, create_engine


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chachaml.db"


async def open_once(path: Path) -> None:
    async with StoreSqlite(path=path, busy_seconds=0.2).chachaml_store():
        pass


def test_a_file_system_that_cannot_hold_the_log_is_named(path: Path) -> None:
    def without_shared_memory() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.as_uri()}?vfs=unix-dotfile", uri=True, isolation_level=None)

    engine = create_engine("sqlite://", creator=without_shared_memory, poolclass=NullPool)
    with pytest.raises(ConfigError, match="write-ahead log is not possible"):
        prepare(engine, path, busy_seconds=0.2)


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


async def test_an_older_file_shows_what_it_did_and_keeps_what_ends(path: Path) -> None:
    async with StoreSqlite(path=path).chachaml_store() as store:
        await end_one(store, "old")
        before = (await store.list_runs(RunQuery())).rows
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE outcomes")
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '0001'")
    connection.close()
    async with StoreSqlite(path=path).chachaml_store() as store:
        assert (await store.list_runs(RunQuery())).rows == before
        await end_one(store, "new")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT run_id FROM outcomes").fetchall() == [("new",)]
    connection.close()


async def end_one(store: Store, run_id: str) -> None:
    """Start a run that logs and ends."""
    await store.start_run(new_run(run_id))
    await store.log_params(run_id, {"p": 1})
    await store.append_points(run_id, {"m": points(0.5)})
    await store.end_run(run_id, RunStatus.COMPLETED, error=None, at=2_000)


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
