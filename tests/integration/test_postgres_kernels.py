"""Several kernels on one PostgreSQL database: what they write is exact."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from itertools import cycle
from typing import cast

import asyncpg
import pytest
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.models import Stage
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.errors import Upstream
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import artifact, new_move, new_run, new_version, points
from chachaml_kernel.testing.reading import history_of
from chachaml_kernel.testing.store_races import RaceSuite
from chachaml_store_postgres import StorePostgres
from chachaml_store_sql import SqlStore
from msgspec.structs import replace

MANY = 20


@pytest.fixture
async def two(postgres_dsn: str) -> AsyncIterator[list[SqlStore]]:
    """Return the stores of two kernels on one database, which must never lock each other out."""
    async with AsyncExitStack() as stack:
        yield [await opened(stack, postgres_dsn) for _ in range(2)]
    # Undone by the server and run again, a deadlock would show nowhere else.
    connection = await asyncpg.connect(postgres_dsn)
    asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert await connection.fetchval(asked) == 0
    await connection.close()


async def opened(stack: AsyncExitStack, dsn: str) -> SqlStore:
    store = await stack.enter_async_context(StorePostgres(dsn=dsn).chachaml_store())
    assert isinstance(store, SqlStore)
    return store


class Turns:
    """The stores of several kernels on one database, each asked in its turn."""

    def __init__(self, stores: Iterable[Store]) -> None:
        self._stores = cycle(stores)

    def __getattr__(self, name: str) -> object:
        return getattr(next(self._stores), name)


class TestRacesOfTwoKernels(RaceSuite):
    @pytest.fixture
    async def store(self, two: list[SqlStore]) -> Store:
        return cast(Store, Turns(two))


async def test_many_start_at_once_on_one_empty_database(postgres_dsn: str) -> None:
    async with AsyncExitStack() as stack:
        stores = await asyncio.gather(*(opened(stack, postgres_dsn) for _ in range(8)))
        await asyncio.gather(
            *(store.start_run(new_run(str(number))) for number, store in enumerate(stores))
        )
        assert len((await stores[0].list_runs(RunQuery())).rows) == 8


async def test_two_kernels_number_versions_and_promote_as_one(two: list[SqlStore]) -> None:
    await two[0].start_run(new_run("r"))
    await two[0].add_artifact(artifact("a", "r"))
    versions = await asyncio.gather(
        *(two[i % 2].add_version(new_version("m", "r")) for i in range(MANY))
    )
    assert sorted(one.version for one in versions) == list(range(1, MANY + 1))
    await asyncio.gather(*(two[i % 2].set_stage(new_move("m", 1 + i)) for i in range(MANY)))
    detail = await two[0].get_model("m")
    stages = sorted(one.stage for one in detail.versions)
    assert stages == [Stage.ARCHIVED] * (MANY - 1) + [Stage.PRODUCTION]


async def test_appends_of_two_kernels_are_all_there_whatever_the_order_of_their_keys(
    two: list[SqlStore],
) -> None:
    await two[0].start_run(new_run("r"))
    keys = [f"m{i}" for i in range(10)]
    await asyncio.gather(
        *(
            two[i % 2].append_points(
                "r", {key: points(float(i)) for key in keys[:: 1 - 2 * (i % 2)]}
            )
            for i in range(MANY)
        )
    )
    for key in keys:
        history = await history_of(two[1], "r", key)
        assert sorted(history.values) == list(map(float, range(MANY)))
    assert {metric.count for metric in (await two[1].get_run("r")).metrics} == {MANY}


async def test_a_key_that_two_kernels_get_at_once_takes_effect_once(two: list[SqlStore]) -> None:
    await two[0].start_run(new_run("r"))
    once = Once(key="k", request="same")
    await asyncio.gather(
        *(two[i % 2].append_points("r", {"m": points(1.0)}, once=once) for i in range(MANY))
    )
    assert len(await history_of(two[0], "r", "m")) == 1


async def test_what_two_kernels_are_asked_with_one_key_they_answer_alike(
    two: list[SqlStore],
) -> None:
    await two[0].start_run(new_run("r"))
    await two[0].add_artifact(artifact("a", "r"))
    once = [Once(key=f"key {number}", request="same") for number in range(3)]
    for answers in (
        await asyncio.gather(*(each.start_run(new_run("s"), once=once[0]) for each in two)),
        await asyncio.gather(
            *(each.add_version(new_version("m", "r"), once=once[1]) for each in two)
        ),
        await asyncio.gather(*(each.set_stage(new_move("m", 1), once=once[2]) for each in two)),
    ):
        assert answers[0] == answers[1]
    assert (await two[0].count_runs(RunQuery())).running == 2
    assert len((await two[0].get_model("m")).versions) == 1


async def test_children_start_while_their_parent_is_deleted_and_nobody_waits_for_ever(
    two: list[SqlStore],
) -> None:
    for number in range(MANY):
        parent = f"parent-{number}"
        await two[0].start_run(new_run(parent))
        await two[0].set_archived(parent, archived=True)
        child = new_run(f"child-{number}")
        child = replace(child, run=replace(child.run, parent_run_id=parent))
        outcomes = await asyncio.gather(
            two[0].delete_run(parent), two[1].start_run(child), return_exceptions=True
        )
        assert not [one for one in outcomes if isinstance(one, Upstream)]
    counts = await two[0].count_runs(RunQuery())
    listed = (await two[1].list_runs(RunQuery(limit=100))).rows
    assert counts.running == len(listed)
    assert {row.run.parent_run_id for row in listed} <= {None}
