"""The budget of bodies: not too many bytes of them are in work at once."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import httpx
import pyarrow as pa
import pytest
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.memory import MemoryStore
from chachaml_ui import Ui

from tests.http.arrow import ARROW, stream
from tests.http.client import JSON, detail
from tests.http.serving import kernel, serving

SETTINGS = Ui(port=0, max_body=200_000, body_budget=250_000)
BIG = b'{"loss": 1}' + b" " * 180_000


class SlowStore(MemoryStore):
    """Appends nothing before it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def append_points(
        self, run_id: str, points: Mapping[str, Points], *, once: Once | None = None
    ) -> None:
        self.asked.set()
        await self.may.wait()
        await super().append_points(run_id, points, once=once)


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for begin in range(0, len(body), 10_000):
        yield body[begin : begin + 10_000]


async def test_a_big_body_beyond_the_budget_is_to_come_again_and_small_ones_pass() -> None:
    store = SlowStore()
    async with (
        serving(kernel(store=store), SETTINGS) as (url, _),
        httpx.AsyncClient(base_url=url, headers=JSON) as http,
    ):
        run = (await http.post("/api/w/runs")).json()["id"]
        path = f"/api/w/runs/{run}/metrics"
        first = asyncio.create_task(http.post(path, content=BIG))
        await store.asked.wait()
        for body in (BIG, in_pieces(BIG)):
            refused = await http.post(path, content=body)
            assert "body_budget" in detail(refused, 429, "overloaded")
            assert refused.headers["Retry-After"] == "1"
        small = await http.post(f"/api/note/{run}", content=b'{"note": ""}' + b" " * 60_000)
        assert small.status_code == 200
        store.may.set()
        assert (await first).status_code == 200
        assert (await http.post(path, content=BIG)).status_code == 200


@pytest.mark.parametrize("body", [BIG + b"}", BIG + b" " * 20_000])
async def test_a_body_that_was_refused_holds_nothing(body: bytes) -> None:
    async with (
        serving(settings=SETTINGS) as (url, _),
        httpx.AsyncClient(base_url=url, headers=JSON) as http,
    ):
        run = (await http.post("/api/w/runs")).json()["id"]
        path = f"/api/w/runs/{run}/metrics"
        for _attempt in range(3):
            answer = await http.post(path, content=in_pieces(body))
            assert answer.status_code in (400, 413)
        assert (await http.post(path, content=BIG)).status_code == 200


async def test_a_compressed_arrow_stream_holds_its_full_size() -> None:
    keys = pa.array(["a"] * 14_000).dictionary_encode()
    body = stream({"key": keys, "value": [1.0] * 14_000}, compression="zstd")
    store = SlowStore()
    assert len(body) < 10_000
    async with (
        serving(kernel(store=store), SETTINGS) as (url, _),
        httpx.AsyncClient(base_url=url, headers=ARROW) as http,
    ):
        run = (await http.post("/api/w/runs", headers=JSON)).json()["id"]
        path = f"/api/w/runs/{run}/metrics"
        first = asyncio.create_task(http.post(path, content=body))
        await store.asked.wait()
        assert "body_budget" in detail(await http.post(path, content=body), 429, "overloaded")
        store.may.set()
        assert (await first).status_code == 200
        assert (await http.post(path, content=body)).status_code == 200
