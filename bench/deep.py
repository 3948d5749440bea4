"""Long curves for all runs of a store, beside the metrics that these have already."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from chachaml_kernel.domain.metrics import Points
from chachaml_store_sql import SqlStore
from chachaml_store_sql.schema import runs
from chachaml_store_sql.series.append import Addition, Append, Ticks, prepare
from chachaml_store_sql.series.group import append_to_all
from chachaml_store_sqlite import StoreSqlite
from sqlalchemy import Connection, select

from bench.curve import losses

KEYS = ("loss", "val_loss")
SHAPES = 100
"""Different curves, which runs have in turn: to encode each run's own would take most time."""

AT_ONCE = 1_000
"""Runs a transaction."""


def deepen(file: Path, points: int) -> None:
    """Append so many points of each of `KEYS` to every run in the file of a store."""
    asyncio.run(_deepen(file, [_shape(seed, points) for seed in range(SHAPES)]))


def _shape(seed: int, points: int) -> Sequence[Addition]:
    times, steps = [step * 1_000 for step in range(points)], range(points)
    curves = (losses(points, seed=seed * len(KEYS) + number) for number in range(len(KEYS)))
    return prepare(
        {key: Points(v, times, list(steps)) for key, v in zip(KEYS, curves, strict=True)}
    )


async def _deepen(file: Path, shapes: Sequence[Sequence[Addition]]) -> None:
    ticks = Ticks()
    async with StoreSqlite(path=file).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        ids = await store.read(_run_ids)
        for first in range(0, len(ids), AT_ONCE):
            appends = [
                Append(run_id, shapes[number % SHAPES], None, ticks)
                for number, run_id in enumerate(ids[first : first + AT_ONCE], first)
            ]
            await store.write(partial(append_to_all, appends=appends))


def _run_ids(connection: Connection) -> list[str]:
    return list(connection.scalars(select(runs.c.id)))
