"""A primary that is cut off: the replica takes over, and kernels go on there by themselves."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from chachaml_kernel.testing.reading import history_of

from tests.integration.kernels import insist, kernel, served, store_of
from tests.servers.patroni import Cluster, cluster

CLIENTS = 4
EACH = 50


@pytest.fixture
def nodes() -> Iterator[Cluster]:
    with cluster() as started:
        yield started


async def test_nothing_that_was_acknowledged_is_lost_when_the_primary_is_cut_off(
    nodes: Cluster, tmp_path: Path
) -> None:
    async with kernel(nodes.dsn, tmp_path) as one, served(one) as http:
        run_id = (await http.post("/api/w/runs", json={})).json()["id"]
        path = f"/api/w/runs/{run_id}/metrics"
        acknowledged: list[float] = []
        refused: list[int | None] = []

        async def log(first: int) -> None:
            for value in range(first, first + EACH):
                refused.extend(await insist([http], path, float(value), key=str(value)))
                acknowledged.append(float(value))

        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(log(number * EACH))
            while len(acknowledged) < CLIENTS * EACH // 4:
                await http.get("/healthz")
            old = nodes.primary()
            await asyncio.to_thread(old.kill)
        assert nodes.primary() is not old
        assert {*refused} <= {503}
        everything = [float(value) for value in range(CLIENTS * EACH)]
        assert sorted((await history_of(store_of(one), run_id, "m")).values) == everything
        assert (await http.get("/readyz")).status_code == 200
