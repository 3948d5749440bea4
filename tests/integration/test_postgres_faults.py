"""Kernels on PostgreSQL when it, or the way to it, fails: answers in time, and nothing lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.errors import Upstream
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import history_of
from chachaml_store_postgres import StorePostgres
from chachaml_store_sql import SqlStore
from sqlalchemy import text

from tests.integration.kernels import insist, kernel, served, store_of
from tests.servers.postgres import PASSWORD, Postgres, postgres
from tests.servers.proxy import Proxy, proxy

COMMIT = b"COMMIT;"
CLIENTS = 8
EACH = 40


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """Return a server that may be killed."""
    with postgres() as started:
        yield started


@pytest.fixture
async def way(postgres_dsn: str) -> AsyncIterator[Proxy]:
    """Return the way to an empty database."""
    async with proxy(postgres_dsn) as opened:
        yield opened


async def new_run_at(http: httpx.AsyncClient) -> str:
    """Start a run; return the path where its metrics are logged."""
    run_id = (await http.post("/api/w/runs", json={})).json()["id"]
    return f"/api/w/runs/{run_id}/metrics"


@pytest.mark.parametrize("delivered", [True, False], ids=["committed", "not committed"])
async def test_a_write_in_doubt_is_said_to_be_and_takes_effect_once_if_sent_again(
    way: Proxy, postgres_dsn: str, tmp_path: Path, delivered: bool
) -> None:
    async with kernel(way.through(postgres_dsn), tmp_path) as one, served(one) as http:
        path = await new_run_at(http)
        for value in range(5):
            send = {"json": {"m": value}, "headers": {"Idempotency-Key": f"k{value}"}}
            await store_of(one).upkeep.idle.wait()
            way.lose(COMMIT, delivered=delivered)
            answer = await http.post(path, **send)  # type: ignore[arg-type]
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) >= 1
            assert "Idempotency-Key" in answer.json()["detail"]
            assert (await http.post(path, **send)).status_code == 200  # type: ignore[arg-type]
        run_id = path.split("/")[4]
        assert (await history_of(store_of(one), run_id, "m")).values == [0.0, 1.0, 2.0, 3.0, 4.0]


async def test_a_group_of_appends_in_doubt_is_not_written_twice(
    way: Proxy, postgres_dsn: str
) -> None:
    async with StorePostgres(dsn=way.through(postgres_dsn)).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.start_run(new_run("r"))
        await store.upkeep.idle.wait()
        way.lose(COMMIT, delivered=True)
        outcomes = await asyncio.gather(
            *(store.append_points("r", {"m": points(float(i))}) for i in range(10)),
            return_exceptions=True,
        )
        assert any(isinstance(one, Upstream) for one in outcomes)
        assert sorted((await history_of(store, "r", "m")).values) == [float(i) for i in range(10)]


async def test_a_read_whose_connection_breaks_at_its_end_is_run_again(
    way: Proxy, postgres_dsn: str
) -> None:
    async with StorePostgres(dsn=way.through(postgres_dsn)).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        way.lose(COMMIT, delivered=False)
        assert (await store.list_runs(RunQuery())).rows == []
        assert way.lost.is_set()


async def test_while_the_database_is_silent_answers_come_in_time_and_then_all_is_well(
    way: Proxy, postgres_dsn: str, tmp_path: Path
) -> None:
    opened = kernel(way.through(postgres_dsn), tmp_path, statement_seconds=0.5)
    async with opened as one, served(one) as http:
        path = await new_run_at(http)
        await asyncio.gather(*(http.get("/api/runs") for _ in range(20)))  # all connections
        way.flowing.clear()
        writes = [http.post(path, json={"m": float(i)}) for i in range(10)]
        reads = [http.get("/api/runs") for _ in range(10)]
        waiting = asyncio.gather(*writes, *reads, http.get("/readyz"))
        assert (await http.get("/healthz")).status_code == 200
        answers = await waiting
        assert [answer.status_code for answer in answers] == [503] * 21
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
        assert not [answer for answer in answers if PASSWORD in answer.text]
        way.flowing.set()
        assert (await http.get("/readyz")).status_code == 200
        assert (await http.post(path, json={"m": 1.0})).status_code == 200
        assert (await http.get("/api/runs")).status_code == 200


async def test_what_waits_longer_than_a_transaction_may_is_given_up(
    way: Proxy, postgres_dsn: str
) -> None:
    plugin = StorePostgres(dsn=way.through(postgres_dsn), transaction_seconds=0.5)
    async with plugin.chachaml_store() as store:
        await store.start_run(new_run("r"))
        way.flowing.clear()
        for refused in await asyncio.gather(
            store.append_points("r", {"m": points(1.0)}),
            store.set_tag("r", "a", "b"),
            store.list_runs(RunQuery()),
            return_exceptions=True,
        ):
            assert isinstance(refused, Upstream)
            assert "not done within 0.5 seconds" in refused.detail
        way.flowing.set()
        await store.append_points("r", {"m": points(2.0)})
        assert (await history_of(store, "r", "m")).values == [2.0]


@pytest.mark.parametrize("connections", [2, 10])
async def test_reads_that_hang_leave_connections_for_writes(
    postgres_dsn: str, connections: int
) -> None:
    holder = await asyncpg.connect(postgres_dsn)
    await holder.execute("SELECT pg_advisory_lock(1)")
    async with StorePostgres(dsn=postgres_dsn, connections=connections).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        held = text("SELECT pg_advisory_lock_shared(1), pg_advisory_unlock_shared(1)")
        reads = [
            asyncio.create_task(store.read(lambda c: c.execute(held).all()))
            for _ in range(2 * connections)
        ]
        asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while await holder.fetchval(asked) == 0:
            pass
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": points(1.0)})
        assert not any(read.done() for read in reads)
        await holder.execute("SELECT pg_advisory_unlock(1)")
        await asyncio.gather(*reads)
    await holder.close()


async def test_a_server_that_is_killed_under_load_loses_and_doubles_nothing(
    server: Postgres, tmp_path: Path
) -> None:
    async with kernel(server.dsn, tmp_path) as one, served(one) as http:
        path = await new_run_at(http)
        acknowledged: list[float] = []
        failed = asyncio.Event()

        async def keyed(first: int) -> None:
            for value in range(first, first + EACH):
                if await insist([http], path, float(value), key=str(value)):
                    failed.set()
                acknowledged.append(float(value))

        async def unkeyed(first: int) -> None:
            for value in range(first, first + EACH):
                answer = await http.post(path, json={"n": value})
                if answer.status_code == 200:
                    acknowledged.append(-float(value))
                else:
                    assert answer.status_code == 503
                    failed.set()

        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(keyed(number * EACH))
                group.create_task(unkeyed(number * EACH))
            for most in (2 * EACH, 4 * EACH):
                while len(acknowledged) < most:
                    await http.get("/healthz")
                await asyncio.to_thread(server.kill)
                failed.clear()
                await asyncio.to_thread(server.start)
        assert failed.is_set()
        run_id = path.split("/")[4]
        everything = [float(value) for value in range(CLIENTS * EACH)]
        assert sorted((await history_of(store_of(one), run_id, "m")).values) == everything
        stored = (await history_of(store_of(one), run_id, "n")).values
        assert len(set(stored)) == len(stored)
        assert {-value for value in acknowledged if value < 0} <= set(stored)
        assert (await http.get("/readyz")).status_code == 200
