"""Two kernels behind a proxy, on PostgreSQL and S3, with the files of `deploy/`."""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.command import Serving, serving
from tests.deploy.proxies import proxy
from tests.environments import ROOT
from tests.http.events import listening
from tests.integration.kernels import GATEWAY, insist
from tests.servers.s3 import KEYS, S3Server

CLIENTS = 8
EACH = 30
MEBIBYTE = 2**20


@pytest.fixture
def kernels(
    postgres_dsn: str, s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Serving]]:
    """Return two kernels on a new database."""
    monkeypatch.setenv("TRACKER_DSN", postgres_dsn)
    monkeypatch.setenv("S3_ENDPOINT", s3.endpoint)
    monkeypatch.setenv("S3_ACCESS_KEY", KEYS["access_key"])
    monkeypatch.setenv("S3_SECRET_KEY", KEYS["secret_key"])
    config = str(ROOT / "deploy" / "team.toml")
    with ExitStack() as stack:
        yield [stack.enter_context(serving(tmp_path, "--config", config)) for _ in range(2)]


@pytest.fixture
async def http(kernels: list[Serving], tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the proxy before both kernels."""
    with proxy([each.url for each in kernels], tmp_path / "proxy.log") as url:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            yield client


async def test_clients_that_retry_see_nothing_of_a_kernel_that_is_killed_behind_a_proxy(
    kernels: list[Serving], http: httpx.AsyncClient
) -> None:
    run_id = (await http.post("/api/w/runs", json={})).json()["id"]
    path = f"/api/w/runs/{run_id}/metrics"
    taken: asyncio.Queue[int] = asyncio.Queue()

    async def log(first: int) -> None:
        for value in range(first, first + EACH):
            await insist([http], path, float(value), key=str(value), passing=GATEWAY)
            taken.put_nowait(value)

    async with asyncio.TaskGroup() as group:
        for number in range(CLIENTS):
            group.create_task(log(number * EACH))
        for _ in range(CLIENTS * EACH // 3):
            await taken.get()
        kernels[0].process.kill()
    history = (await http.get(f"/api/runs/{run_id}/metrics", params={"key": "m"})).json()
    assert sorted(history["points"]["value"]) == [float(value) for value in range(CLIENTS * EACH)]


async def test_live_pages_are_told_through_a_proxy_as_it_happens(http: httpx.AsyncClient) -> None:
    run_id = (await http.post("/api/w/runs", json={})).json()["id"]
    async with listening(http, [run_id], m="0") as events:
        for value in (1.0, 2.0):
            await http.post(f"/api/w/runs/{run_id}/metrics", json={"m": value})
            assert (await events.told("points"))["points"]["value"] == [value]


async def test_what_one_kernel_took_the_other_gives_and_large_artifacts_pass(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    run_id = (await http.post("/api/w/runs", json={})).json()["id"]
    content = os.urandom(20 * MEBIBYTE)
    sent = await http.post(
        f"/api/w/runs/{run_id}/artifacts",
        params={"name": "large"},
        content=content,
        headers={"Content-Type": "application/octet-stream"},
    )
    assert sent.status_code == 200, sent.text
    for _ in range(4):
        got = await http.get(f"/api/artifacts/{sent.json()['id']}/download")
        assert hashlib.sha256(got.content).digest() == hashlib.sha256(content).digest()
    served = re.findall(r" kernels/(kernel-\d) ", (tmp_path / "proxy.log").read_text())
    assert set(served) == {"kernel-1", "kernel-2"}


async def test_a_proxy_without_a_kernel_answers_as_a_kernel_would(
    kernels: list[Serving], http: httpx.AsyncClient
) -> None:
    for kernel in kernels:
        kernel.process.kill()
        kernel.process.wait()
    answer = await http.get("/api/runs")
    while answer.status_code != 503:
        answer = await http.get("/api/runs")
    assert answer.json()["error"] == "temporarily unavailable"
    assert int(answer.headers["Retry-After"]) > 0
