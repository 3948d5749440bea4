"""Kernels on PostgreSQL in a test's own loop, and clients of them that do not give up."""

from collections.abc import AsyncIterator, Container, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from chachaml_kernel import Kernel
from chachaml_kernel.config import Config
from chachaml_kernel.kernel import open_kernel
from chachaml_store_sql import SqlStore

from tests.http.serving import serving

GATEWAY = frozenset({502, 503, 504})
"""What a proxy answers while a server behind it is going."""


@asynccontextmanager
async def kernel(dsn: str, folder: Path, **settings: object) -> AsyncIterator[Kernel]:
    """Yield a kernel as a configuration makes it."""
    config = Config(
        plugins={
            "store_postgres": {"dsn": dsn, **settings},
            "artifacts_fs": {"folder": str(folder)},
        }
    )
    async with open_kernel(config) as opened:
        yield opened


@asynccontextmanager
async def served(one: Kernel) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of a kernel's HTTP API."""
    async with serving(one) as (url, _), httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield http


def store_of(one: Kernel) -> SqlStore:
    """Return the store that a kernel stands on."""
    store = one.metrics.store
    assert isinstance(store, SqlStore)
    return store


async def insist(
    clients: Sequence[httpx.AsyncClient],
    path: str,
    value: float,
    *,
    key: str,
    passing: Container[int] = (503,),
) -> list[int | None]:
    """Log a point with an idempotency key until it is taken, at another server after a failure.

    Returns the statuses that came before, none for a connection that broke; they are `passing`.
    """
    failed: list[int | None] = []
    while True:
        http = clients[len(failed) % len(clients)]
        try:
            answer = await http.post(path, json={"m": value}, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            failed.append(None)
            continue
        if answer.status_code == 200:
            return failed
        assert answer.status_code in passing, answer.text
        failed.append(answer.status_code)
