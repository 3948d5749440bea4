"""Everything that `compose.yaml` names, as containers."""

import asyncio

import httpx

from tests.http.events import listening
from tests.image.stack import Stack, docker, state
from tests.integration.kernels import GATEWAY, insist

CLIENTS = 4
EACH = 25


async def test_clients_that_retry_see_nothing_of_a_container_that_is_killed(running: Stack) -> None:
    async with httpx.AsyncClient(base_url=running.url, timeout=60) as http:
        run_id = (await http.post("/api/w/runs", json={})).json()["id"]
        path = f"/api/w/runs/{run_id}/metrics"
        everything = [float(value) for value in range(CLIENTS * EACH)]
        taken: asyncio.Queue[float] = asyncio.Queue()

        async def log(first: int) -> None:
            for value in everything[first : first + EACH]:
                await insist([http], path, value, key=str(value), passing=GATEWAY)
                taken.put_nowait(value)

        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(log(number * EACH))
            for _ in range(CLIENTS * EACH // 5):
                await taken.get()
            victim = running.container("kernel-1")
            await asyncio.to_thread(docker, "kill", victim)
        history = (await http.get(f"/api/runs/{run_id}/metrics", params={"key": "m"})).json()
        assert sorted(history["points"]["value"]) == everything
        async with listening(http, [run_id], m=str(len(everything))) as events:
            await http.post(path, json={"m": 0.5})
            assert (await events.told("points"))["points"]["value"] == [0.5]


def test_all_of_it_ends_by_itself_when_it_is_told_to_and_keeps_what_it_has(running: Stack) -> None:
    content = {"Content-Type": "application/octet-stream"}
    with httpx.Client(base_url=running.url, timeout=60) as http:
        run_id = http.post("/api/w/runs", json={}).json()["id"]
        path = f"/api/w/runs/{run_id}/artifacts?name=a"
        artifact = http.post(path, content=b"kept", headers=content).json()["id"]
    services = ("kernel-2", "proxy", "postgres", "s3")
    ended = [running.container(service) for service in services]
    running.compose("stop")
    assert [state(each)["ExitCode"] for each in ended] == [0] * len(services)
    running.start()
    with httpx.Client(base_url=running.url, timeout=60) as http:
        assert http.get(f"/api/artifacts/{artifact}/download").content == b"kept"
