"""Runs that are there before a server starts, at times of their own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TypeAlias

from chachaml_kernel import Kernel, Server, serve
from chachaml_kernel.config import load_config
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.kernel import open_kernel

START = 1_760_000_400_000
"""2025-10-09T09:00:00Z, before which nothing starts."""

Write: TypeAlias = Callable[["Logbook"], Awaitable[None]]


@dataclass(slots=True)
class Watch:
    """A clock that stands still until it is set."""

    now: int = START

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True, slots=True)
class Logbook:
    """Writes runs, each started a minute after the one before."""

    kernel: Kernel
    watch: Watch

    async def run(
        self,
        name: str | None,
        *,
        experiment: str = "default",
        created_by: str | None = None,
        tags: dict[str, str] | None = None,
        metric: tuple[str, float] | None = None,
        parent: str | None = None,
        lasted: int | None = 1_000,
        status: str = "completed",
    ) -> str:
        """Write one run, which is still running where `lasted` is none; return its id."""
        self.watch.now += 60_000
        started = self.watch.now
        runs = self.kernel.runs
        run = await runs.start(
            name=name,
            experiment=experiment,
            created_by=created_by,
            tags=tags,
            parent_run_id=parent,
        )
        if metric is not None:
            await self.log(run.id, dict([metric]))
        if lasted is not None:
            self.watch.now = started + lasted
            await runs.end(run.id, status=status)
            self.watch.now = started
        return run.id

    async def log(self, run_id: str, values: dict[str, float]) -> None:
        """Log a point of some metrics."""
        points = {key: Points([value], [self.watch.now]) for key, value in values.items()}
        await self.kernel.metrics.append(run_id, points)


async def bytes_of(*chunks: bytes) -> AsyncIterator[bytes]:
    """Yield what an artifact is uploaded from."""
    for chunk in chunks:
        yield chunk


def serve_written(folder: Path, write: Write, *, config: Path | None = None) -> Server:
    """Serve what `write` writes, from stores in `folder` or where the config file says.

    The first id is 1 in 32 hex digits.
    """
    # In a thread, since a test that drives a browser has a running loop in its own.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _write(folder, write, config)).result()
    return serve(config, data=folder, host="127.0.0.1", port=0)


async def _write(folder: Path, write: Write, file: Path | None) -> None:
    config = load_config(file=file, data=folder, env={})
    ids, watch = count(1), Watch()
    async with open_kernel(config, clock=watch, new_id=lambda: f"{next(ids):032x}") as kernel:
        await write(Logbook(kernel, watch))
