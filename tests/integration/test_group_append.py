"""Appends of many clients that wait at the same time, and so share statements and a commit."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import NotFound
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import history_of
from chachaml_store_sql import SqlStore
from chachaml_store_sql.store import MUCH
from chachaml_store_sqlite import StoreSqlite

from tests.integration.held import held


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    async with StoreSqlite(path=tmp_path / "x.db").chachaml_store() as opened:
        assert isinstance(opened, SqlStore)
        for run_id in ("a", "b", "ended"):
            await opened.start_run(new_run(run_id))
        await opened.end_run("ended", RunStatus.COMPLETED, error=None, at=2)
        await opened.upkeep.idle.wait()
        yield opened


async def together(store: SqlStore, writes: list[Coroutine[Any, Any, None]]) -> list[Any]:
    """Let all writes wait before the first one is begun; return what came of each."""
    async with held(store):
        waiting = [asyncio.create_task(write) for write in writes]
    return await asyncio.gather(*waiting, return_exceptions=True)


def of(**values: list[float]) -> dict[str, Points]:
    return {key: points(*column) for key, column in values.items()}


async def values(store: SqlStore, run_id: str, key: str) -> list[float]:
    return list((await history_of(store, run_id, key)).values)


async def test_each_has_its_own_outcome_and_those_of_one_series_keep_their_order(
    store: SqlStore,
) -> None:
    outcomes = await together(
        store,
        [
            store.append_points("a", of(m=[1.0, -5.0])),
            store.append_points("ended", of(m=[9.0])),
            store.append_points("b", of(m=[7.0], n=[8.0])),
            store.append_points("nobody", of(m=[9.0])),
            store.append_points("a", of(m=[float("nan")])),
            store.append_points("a", of(m=[2.0])),
        ],
    )
    assert [type(outcome) for outcome in outcomes] == [
        *(type(None), NotFound, type(None), NotFound, type(None), type(None))
    ]
    assert "ended as completed" in outcomes[1].detail
    assert "no run has the id" in outcomes[3].detail
    assert str(await values(store, "a", "m")) == "[1.0, -5.0, nan, 2.0]"
    [metric] = (await store.get_run("a")).metrics
    assert (metric.value, metric.count, metric.min, metric.max) == (2.0, 4, -5.0, 2.0)
    headline = (await store.get_run("b")).headline
    assert headline is not None
    assert headline.key == "n"


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 200])
async def test_any_number_of_them_is_stored_whole(store: SqlStore, count: int) -> None:
    runs = [f"run-{number}" for number in range(count)]
    for run_id in runs:
        await store.start_run(new_run(run_id))
    writes = [store.append_points(run_id, of(m=[1.0, 2.0], n=[3.0])) for run_id in runs]
    assert await together(store, writes) == [None] * count
    for run_id in runs:
        assert await values(store, run_id, "m") == [1.0, 2.0]
        assert await values(store, run_id, "n") == [3.0]


async def test_few_points_and_many_of_one_series_keep_their_order(store: SqlStore) -> None:
    many = [float(number) for number in range(MUCH - 1)]
    writes = [store.append_points("a", of(m=some)) for some in ([-1.0], many, [-2.0], many)]
    assert await together(store, writes) == [None] * 4
    assert await values(store, "a", "m") == [-1.0, *many, -2.0, *many]


async def test_one_that_the_database_cannot_hold_fails_alone(store: SqlStore) -> None:
    impossible = {"m": Points([0.0], [0], [2**70])}
    outcomes = await together(
        store,
        [
            store.append_points("a", of(m=[1.0])),
            store.append_points("a", impossible),
            store.append_points("b", of(m=[2.0])),
        ],
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), OverflowError, type(None)]
    assert await values(store, "a", "m") == [1.0]
    assert await values(store, "b", "m") == [2.0]


async def test_a_retry_among_them_is_applied_once(store: SqlStore) -> None:
    once = Once("key", "request")
    writes = [
        store.append_points("a", of(m=[1.0])),
        store.append_points("a", of(m=[2.0]), once=once),
        store.append_points("a", of(m=[2.0]), once=once),
        store.append_points("a", of(m=[3.0])),
    ]
    assert await together(store, writes) == [None] * 4
    assert await values(store, "a", "m") == [1.0, 2.0, 3.0]
