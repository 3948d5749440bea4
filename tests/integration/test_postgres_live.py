"""Live updates of one kernel tell what another one on the same PostgreSQL database wrote."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import asyncpg
import httpx
import pytest
from chachaml_kernel.domain.metrics import Points
from chachaml_store_postgres import StorePostgres

from tests.http.events import Events, listening
from tests.integration.kernels import kernel, served
from tests.servers.proxy import proxy

LISTENING = "application_name = 'chachaml-kernel live' AND datname = current_database()"


@pytest.fixture
async def two(
    postgres_dsn: str, tmp_path: Path
) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Return clients of two kernels on one database."""
    async with AsyncExitStack() as stack:
        kernels = [
            await stack.enter_async_context(kernel(postgres_dsn, tmp_path)) for _ in range(2)
        ]
        one, other = [await stack.enter_async_context(served(each)) for each in kernels]
        yield one, other


async def values(events: Events, run: str, count: int) -> list[float]:
    """Return the points of a run as they are told, until there are so many."""
    found: list[float] = []
    while len(found) < count:
        told = await events.told("points")
        assert (told["run"], told["from"]) == (run, len(found))
        found += told["points"]["value"]
    return found


async def test_what_is_written_through_one_kernel_is_seen_at_another(
    two: tuple[httpx.AsyncClient, httpx.AsyncClient],
) -> None:
    one, other = two
    run = (await one.post("/api/w/runs", json={"experiment": "e"})).json()["id"]
    async with listening(other, [run], loss="0") as events:
        await events.told("hello")
        for step in range(10):
            answer = await one.post(f"/api/w/runs/{run}/metrics", json={"loss": float(step)})
            assert answer.status_code == 200
        assert await values(events, run, 10) == [float(step) for step in range(10)]
        await one.post(f"/api/w/runs/{run}/end", json={"status": "completed"})
        while (await events.told("run"))["status"] != "completed":
            pass


async def test_lists_of_one_kernel_hear_of_runs_and_models_of_another(
    two: tuple[httpx.AsyncClient, httpx.AsyncClient],
) -> None:
    one, other = two
    async with listening(other) as events:
        await events.told("hello")
        run = (await one.post("/api/w/runs", json={"experiment": "e"})).json()["id"]
        awaited = {"runs": run, "experiments": "e"}  # which come in any order
        while awaited:
            name, told = await events.next(*awaited)
            if awaited[name] in told["ids" if name == "runs" else "names"]:
                del awaited[name]
        binary = {"Content-Type": "application/octet-stream"}
        address = f"/api/w/runs/{run}/artifacts?name=a"
        sent = await one.post(address, content=b"x", headers=binary)
        assert sent.status_code == 200, sent.text
        made = {"name": "m", "run_id": run, "artifact": "a"}
        answer = await one.post("/api/w/models", json=made)
        assert answer.status_code == 200, answer.text
        assert "m" in (await events.told("models"))["names"]


async def test_a_kernel_whose_listening_connection_ends_connects_again(postgres_dsn: str) -> None:
    relay = StorePostgres(dsn=postgres_dsn).chachaml_relay()
    admin = await asyncpg.connect(postgres_dsn)
    async with relay as opened, aclosing(opened.receive()) as received:
        assert await anext(received) is None
        before = await admin.fetchval(f"SELECT pid FROM pg_stat_activity WHERE {LISTENING}")
        await admin.execute("SELECT pg_terminate_backend($1)", before)
        assert await anext(received) is None
        after = await admin.fetchval(
            f"SELECT pid FROM pg_stat_activity WHERE {LISTENING} AND pid <> $1", before
        )
        assert after is not None
    await admin.close()


async def test_what_happens_while_the_way_is_broken_is_told_when_it_is_mended(
    postgres_dsn: str, tmp_path: Path
) -> None:
    async with (
        proxy(postgres_dsn) as way,
        kernel(postgres_dsn, tmp_path) as one,
        kernel(postgres_dsn, tmp_path, listen_dsn=way.through(postgres_dsn)) as other,
        StorePostgres(dsn=postgres_dsn).chachaml_relay() as relay,
        aclosing(relay.receive()) as received,
        served(other) as http,
    ):
        assert await anext(received) is None
        run = (await one.runs.start(experiment="e")).id
        async with listening(http, [run], loss="0") as events:
            await events.told("hello")
            await one.metrics.append(run, {"loss": Points([0.0], [1])})
            assert await values(events, run, 1) == [0.0]
            way.refusing = True
            way.cut()
            await one.metrics.append(run, {"loss": Points([1.0], [2])})
            while '"loss"' not in str(await anext(received)):
                pass
            await one.metrics.append(run, {"loss": Points([2.0], [3])})
            while '"loss"' not in str(await anext(received)):
                pass
            way.refusing = False
            told = await events.told("points")
            found = told["points"]["value"]
            while len(found) < 2:
                found += (await events.told("points"))["points"]["value"]
            assert found == [1.0, 2.0]
