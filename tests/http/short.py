"""A server with short posts whose connections and store are at hand."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.memory import MemoryStore
from chachaml_ui import Ui
from chachaml_ui.application import application
from chachaml_ui.draining import Drain
from chachaml_ui.express.connection import ExpressConnection
from chachaml_ui.express.posts import POSTS
from chachaml_ui.keys import DRAIN

from tests.http.raw import post
from tests.http.twins import RUN, still

METRICS = f"/api/w/runs/{RUN}/metrics"
POINT = post(METRICS, b'{"loss": 0.5}')
USUAL = post(METRICS, b'{"loss": 0.5}', "Origin: http://localhost")
"""The same, but no short post."""


class SlowStore(MemoryStore):
    """Takes points when it is told to, and fails with `fault` if there is one.

    It knows of each write whether it came as a short post.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.told = asyncio.Event()
        self.fault: BaseException | None = None
        self.short: list[bool] = []
        self.given_up = False

    async def append_points(
        self, run_id: str, points: Mapping[str, Points], *, once: Once | None = None
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.short.append("ExpressConnection" in repr(task.get_coro()))
        self.asked.set()
        try:
            await self.told.wait()
        except asyncio.CancelledError:
            self.given_up = True
            raise
        if self.fault is not None:
            raise self.fault
        await super().append_points(run_id, points, once=once)


@dataclass(frozen=True)
class Short:
    """A server: its address, its store, and what it has under way."""

    url: str
    store: SlowStore
    drain: Drain
    server: asyncio.Server


@asynccontextmanager
async def short_posts(**options: Any) -> AsyncIterator[Short]:
    """Serve until the end of the block, with `options` for each connection."""
    store = SlowStore()
    app = application(Ui(port=0), await still(store))
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    loop = asyncio.get_running_loop()
    manager, posts = runner.server, app[POSTS]
    assert manager is not None
    make = partial(ExpressConnection, manager, loop=loop, access_log=None, posts=posts, **options)
    server = await loop.create_server(make, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    store.told.set()
    try:
        yield Short(url, store, app[DRAIN], server)
    finally:
        server.close()
        store.told.set()
        await runner.cleanup()
