"""Two servers as processes of their own on one PostgreSQL database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.command import Serving, serving
from tests.http.events import listening
from tests.integration.kernels import insist

CLIENTS = 8
EACH = 30


@pytest.fixture
async def two(postgres_dsn: str, tmp_path: Path) -> AsyncIterator[list[Serving]]:
    """Return two servers on one database."""
    config = tmp_path / "chachaml.toml"
    config.write_text(
        f'[plugins.store_postgres]\ndsn = "{postgres_dsn}"\n'
        "[plugins.artifacts_fs]\n[plugins.export_csv]\n[plugins.ui]\n"
    )
    with (
        serving(tmp_path, "--config", str(config)) as one,
        serving(tmp_path, "--config", str(config)) as other,
    ):
        yield [one, other]


async def test_clients_that_retry_see_nothing_of_a_server_that_is_killed(
    two: list[Serving],
) -> None:
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=each.url, timeout=60))
            for each in two
        ]
        run_id = (await clients[1].post("/api/w/runs", json={})).json()["id"]
        events = await stack.enter_async_context(listening(clients[1], [run_id], m="0"))
        path = f"/api/w/runs/{run_id}/metrics"
        taken: asyncio.Queue[int] = asyncio.Queue()
        broken = []

        async def log(first: int) -> None:
            for value in range(first, first + EACH):
                broken.append(await insist(clients, path, float(value), key=str(value)))
                taken.put_nowait(value)

        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(log(number * EACH))
            for _ in range(CLIENTS * EACH // 3):
                await taken.get()
            two[0].process.kill()
        assert [None] in broken
        everything = [float(value) for value in range(CLIENTS * EACH)]
        told: list[float] = []
        while len(told) < len(everything):
            told += (await events.told("points"))["points"]["value"]
        assert sorted(told) == everything
        history = (await clients[1].get(f"/api/runs/{run_id}/metrics", params={"key": "m"})).json()
        assert history["count"] == len(everything)
