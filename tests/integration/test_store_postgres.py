"""The PostgreSQL store: what it keeps to, and what it survives."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import Overloaded, Upstream
from chachaml_kernel.testing.builders import new_run, points
from chachaml_store_postgres import StorePostgres
from chachaml_store_sql import SqlStore, upgrade
from chachaml_store_sql.migrate import VERSION_TABLE
from chachaml_store_sql.schema import metadata
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.command import serving
from tests.servers.postgres import PASSWORD, Postgres, execute, named, postgres

MANY = 20
PREPARED = "SELECT name FROM pg_prepared_statements"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """Return a server that may be killed."""
    with postgres() as started:
        yield started


async def test_the_migrations_come_to_the_same_as_a_new_database(postgres_dsn: str) -> None:
    engine = create_async_engine(postgres_dsn.replace("postgresql:", "postgresql+asyncpg:"))

    def differences(connection: Connection) -> object:
        upgrade(connection)
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return compare_metadata(context, metadata)

    async with engine.begin() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_an_older_database_shows_what_it_did_and_keeps_what_ends(postgres_dsn: str) -> None:
    plugin = StorePostgres(dsn=postgres_dsn)
    async with plugin.chachaml_store() as store:
        await store.start_run(new_run("r"))
        await store.log_params("r", {"p": [1, "x"]})
        await store.append_points("r", {"m": points(0.5)})
        await store.end_run("r", RunStatus.COMPLETED, error=None, at=2_000)
        before = (await store.list_runs(RunQuery())).rows
    await execute(postgres_dsn, "DROP TABLE outcomes")
    await execute(postgres_dsn, f"UPDATE {VERSION_TABLE} SET version_num = '0001'")
    async with plugin.chachaml_store() as store:
        assert (await store.list_runs(RunQuery())).rows == before
        await store.resume_run("r")
        await store.end_run("r", RunStatus.FAILED, error=None, at=3_000)
    connection = await asyncpg.connect(postgres_dsn)
    found = await connection.fetch("SELECT run_id, ended_at FROM outcomes")
    await connection.close()
    assert [tuple(row) for row in found] == [("r", 3_000)]


async def test_all_text_has_the_order_of_code_points_whatever_the_order_of_the_database(
    postgres_store: SqlStore,
) -> None:
    asked = """
        SELECT collation_name, count(*) FROM information_schema.columns
        WHERE table_schema = current_schema() AND data_type = 'text' AND table_name != :versions
        GROUP BY 1
    """
    [(collation, count)] = await postgres_store.read(
        lambda c: c.execute(text(asked), {"versions": VERSION_TABLE}).all()
    )
    assert collation == "C"
    assert count > 30


async def test_a_read_is_one_snapshot_and_writes_nothing(postgres_store: SqlStore) -> None:
    def look(connection: Connection) -> list[str]:
        asked = ("transaction_isolation", "transaction_read_only")
        return [connection.execute(text(f"SHOW {name}")).scalar_one() for name in asked]

    assert await postgres_store.read(look) == ["repeatable read", "on"]
    assert await postgres_store.write(look) == ["read committed", "off"]


@pytest.mark.parametrize(
    "trouble",
    [
        "DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40P01'; END $$",
        "SELECT pg_terminate_backend(pg_backend_pid())",
    ],
    ids=["not serializable", "deadlock", "lost connection"],
)
async def test_a_write_that_was_undone_is_run_again(postgres_store: SqlStore, trouble: str) -> None:
    calls: list[int] = []

    def write(connection: Connection) -> None:
        calls.append(len(calls))
        insert = "INSERT INTO views VALUES ('v', '', '', 0, 0)"
        connection.execute(text(insert))
        if len(calls) < 3:
            connection.execute(text(trouble))

    await postgres_store.write(write)
    assert len(calls) == 3
    assert len((await postgres_store.list_views(limit=10)).rows) == 1


async def test_what_takes_too_long_or_is_held_is_said_and_harms_nothing_else(
    postgres_dsn: str,
) -> None:
    settings = StorePostgres(dsn=postgres_dsn, statement_seconds=0.2, lock_seconds=0.1)
    async with settings.chachaml_store() as store:
        assert isinstance(store, SqlStore)
        with pytest.raises(Upstream, match="took too long"):
            await store.read(lambda c: c.execute(text("SELECT pg_sleep(60)")))
        await store.start_run(new_run("held"))
        await store.start_run(new_run("free"))
        holder = await asyncpg.connect(postgres_dsn)
        async with holder.transaction():
            await holder.execute("SELECT FROM runs WHERE id = 'held' FOR UPDATE")
            held, free = await asyncio.gather(
                store.append_points("held", {"m": points(1.0)}),
                store.append_points("free", {"m": points(1.0)}),
                return_exceptions=True,
            )
        await holder.close()
        assert isinstance(held, Upstream)
        assert "held by another transaction" in held.detail
        assert free is None
        await store.append_points("held", {"m": points(2.0)})


@pytest.mark.parametrize("reads", [True, False], ids=["read", "write"])
async def test_behind_a_pooler_nothing_is_left_on_a_connection(
    postgres_dsn: str, reads: bool
) -> None:
    settings = StorePostgres(
        dsn=postgres_dsn, pooler=True, connections=1, statement_seconds=7.0, lock_seconds=3.0
    )
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    async with settings.chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()

        def look(connection: Connection) -> list[str]:
            driver = connection.connection.driver_connection
            processes.append(driver.get_server_pid())  # type: ignore[union-attr]
            return [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]

        processes: list[int] = []
        run = store.read if reads else store.write
        assert await run(look) == ["7s", "3s", "7s"]
        assert await run(lambda c: list(c.execute(text(PREPARED)).scalars())) == []
        raw = store.read.pool.engine  # type: ignore[attr-defined]
        async with raw.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver.get_server_pid() in processes
            assert [await driver.fetchval(f"SHOW {name}") for name in names] == ["0"] * 3


async def test_more_than_may_wait_is_turned_away(postgres_dsn: str) -> None:
    settings = StorePostgres(dsn=postgres_dsn, connections=1, max_waiting=1)
    async with settings.chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        outcomes = await asyncio.gather(
            *(store.list_runs(RunQuery()) for _ in range(5)), return_exceptions=True
        )
        assert [isinstance(one, Overloaded) for one in outcomes] == [False] * 2 + [True] * 3


def test_a_killed_server_is_found_again_and_has_all_that_was_acknowledged(
    server: Postgres, tmp_path: Path
) -> None:
    config = tmp_path / "chachaml.toml"
    config.write_text(
        f'[plugins.store_postgres]\ndsn = "{server.dsn}"\n'
        "[plugins.artifacts_fs]\n[plugins.export_csv]\n[plugins.ui]\n"
    )
    with serving(tmp_path, "--config", str(config)) as kernel, httpx.Client(timeout=60) as http:
        run_id = http.post(f"{kernel.url}/api/w/runs", json={}).json()["id"]
        metrics = f"{kernel.url}/api/w/runs/{run_id}/metrics"
        for step in range(MANY):
            server.kill()
            answer = http.post(metrics, json={"loss": -1.0})
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) >= 1
            assert PASSWORD not in answer.text
            assert http.get(f"{kernel.url}/readyz").status_code == 503
            server.start()
            assert http.post(metrics, json={"loss": 0.5, "step": step}).status_code == 200
        assert http.get(f"{kernel.url}/readyz").status_code == 200
        detail = http.get(f"{kernel.url}/api/runs/{run_id}").json()
        assert [metric["count"] for metric in detail["metrics"]] == [MANY]


async def test_connections_that_all_broke_while_idle_are_replaced_at_once(
    server: Postgres,
) -> None:
    await execute(server.dsn, "CREATE DATABASE idle")
    settings = StorePostgres(dsn=named(server.dsn, "idle"))
    async with settings.chachaml_store() as store:
        assert isinstance(store, SqlStore)
        many = range(settings.connections)
        together = (store.read(lambda c: c.execute(text("SELECT pg_sleep(0.1)"))) for _ in many)
        await asyncio.gather(*together)
        server.kill()
        server.start()
        assert (await store.start_run(new_run("r"))).id == "r"
