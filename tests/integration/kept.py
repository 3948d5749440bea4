"""What the tests of copies share: configurations, and a tracker with something of every kind."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from chachaml_kernel import Kernel
from chachaml_kernel.config import Config
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.keeping import Progress
from chachaml_kernel.domain.metrics import Points

from tests.servers import postgres
from tests.servers.s3 import BUCKET, KEYS, S3Server

LARGE = bytes(range(256)) * 30_000
"""Bytes that S3 takes in two parts."""


def in_folder(folder: Path) -> Config:
    """Return the configuration of a tracker in SQLite and files."""
    return Config(plugins={"store_sqlite": {}, "artifacts_fs": {}}, data=folder)


def on_servers(dsn: str, s3: S3Server) -> Config:
    """Return the configuration of a tracker in PostgreSQL and S3."""
    bucket = {"bucket": BUCKET, "endpoint": s3.endpoint, "prefix": uuid4().hex, **KEYS}
    return Config(plugins={"store_postgres": {"dsn": dsn}, "artifacts_s3": bucket})


@pytest.fixture
async def dsns(postgres_server: str) -> AsyncIterator[list[str]]:
    """Return the DSNs of two new, empty databases."""
    async with postgres.database(postgres_server) as one, postgres.database(postgres_server) as two:
        yield [one, two]


async def each(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def fill(kernel: Kernel, runs: int = 3, *, large: bytes = LARGE) -> list[str]:
    """Log some runs, the last of which still runs; return their ids."""
    ids: list[str] = []
    for number in range(runs):
        run = await kernel.runs.start(
            experiment="größe", name=f"r{number}", parent_run_id=ids[0] if ids else None
        )
        ids.append(run.id)
        values = [1 / (step + 1) for step in range(5_000)]
        series = Points(values, list(range(5_000)), list(range(5_000)))
        await kernel.metrics.append(run.id, {"loss": series, "acc": Points([0.5], [1])})
        await kernel.artifacts.upload(run.id, "weights", each(large if number == 0 else b"w"))
        await kernel.models.register(
            "m", run_id=run.id, artifact="weights", stage_name="production"
        )
        await kernel.artifacts.upload(run.id, "weights", each(b"newer"))
        if number + 1 < runs:
            await kernel.runs.end(run.id)
    await kernel.runs.tag(ids[0], "k", "v", once=Once("key", "request"))
    await kernel.views.save("mine", "status=failed")
    return ids


def ignored(_: Progress) -> None:
    """Take no notice of progress."""
