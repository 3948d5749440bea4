"""The worker processes, as the process that starts them has them."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from msgspec import Struct

from chachaml_kernel.config import Config
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.workers.orders import Orders, write_orders

logger = logging.getLogger(__name__)

READY = b"ready\n"
"""What a worker says when it serves; what it says last of all else is why it cannot."""
SHORTEST, LONGEST = 1.0, 30.0
"""Seconds until a worker that died is started again: they double while it does not get to serve."""
TO_SERVE = 120.0
"""Seconds that a worker has until it serves; then it is killed."""
TO_END = 60.0
"""Seconds that a worker has to end its requests and close its kernel; then it is killed."""


class Crew(Struct, frozen=True, kw_only=True):
    """Fulfils `Workers` for the front end of `plugin`; `shared` is whether the store allows it."""

    config: Config
    plugin: str
    shared: bool
    number: int = 0

    async def run(self, count: int, *, ready: Callable[[], None], **settings: object) -> None:
        """Do what `Workers.run` says."""
        if not self.shared:
            raise ConfigError(
                f"[plugins.{self.plugin}] wants {count + 1} workers, but no plugin lets them hear "
                "of each other's writes, as store_postgres does; use that, or 1 worker"
            )
        tables = self.config.plugins
        table = {**tables[self.plugin], **settings}
        config = replace(self.config, plugins={**tables, self.plugin: table})
        waited = set(range(1, count + 1))

        def serves(number: int) -> None:
            waited.remove(number)
            if not waited:
                ready()

        async with asyncio.TaskGroup() as group:
            for number in range(1, count + 1):
                group.create_task(_keep(Orders(config, self.plugin, number), serves))


async def _keep(orders: Orders, serves: Callable[[int], None]) -> None:
    """Keep a worker until cancelled; raise `ConfigError` if not even the first one serves."""
    async with _worker(orders) as worker:
        serves(orders.number)
        await worker.wait()
    pause = SHORTEST
    while True:
        logger.error("worker %d ended; another is started in %g s", orders.number, pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST)
        try:
            async with _worker(orders) as worker:
                pause = SHORTEST
                await worker.wait()
        except ConfigError as error:
            logger.error("%s", error.detail)  # its own log has more


@asynccontextmanager
async def _worker(orders: Orders) -> AsyncIterator[Process]:
    """Start a worker, and yield it when it serves; at the end let it end, and wait until it has.

    Raises `ConfigError` if it cannot serve.
    """
    path = os.pathsep.join(each or os.getcwd() for each in sys.path)
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # what lies where the server was started is no module, unless it was one before
            "-m",
            "chachaml_kernel.workers.worker",
            stdin=PIPE,
            stdout=PIPE,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the one that was started
        )
    except OSError as error:
        raise ConfigError(f"worker {orders.number} cannot be started: {error}") from error
    try:
        if why := await _obstacle(orders, process):
            raise ConfigError(f"worker {orders.number} cannot serve: {why}")
        yield process
    finally:
        await _end(process)


async def _obstacle(orders: Orders, process: Process) -> str:
    """Wait until a worker serves, and return nothing, or return why it does not."""
    try:
        async with asyncio.timeout(TO_SERVE):
            return await _said(orders, process)
    except TimeoutError:
        process.kill()
        return f"it did not within {TO_SERVE:g} s"


async def _said(orders: Orders, process: Process) -> str:
    assert process.stdin
    assert process.stdout
    with suppress(ConnectionError):  # then it is gone, and has said why
        process.stdin.write(write_orders(orders))
        await process.stdin.drain()
    why = b"its log says why"
    async for said in process.stdout:  # what Python loads first may have something to say, too
        if said == READY:
            return ""
        why = said
    return why.decode(errors="replace").strip()


async def _end(process: Process) -> None:
    assert process.stdin
    process.stdin.close()
    try:
        async with asyncio.timeout(TO_END):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
