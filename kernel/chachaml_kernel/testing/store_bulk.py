"""What every store promises about changes of many runs at once."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import pytest

from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import Conflict, NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import artifact, new_run, new_version, points
from chachaml_kernel.testing.reading import refused, run_ids

MANY = 300
Change: TypeAlias = Callable[[Store, Sequence[str]], Awaitable[object]]

CHANGES: dict[str, Change] = {
    "archive": lambda store, some: store.archive_runs(some, archived=True),
    "restore": lambda store, some: store.archive_runs(some, archived=False),
    "delete": lambda store, some: store.delete_runs(some),
    "tag": lambda store, some: store.tag_runs(some, "k", "new"),
    "untag": lambda store, some: store.untag_runs(some, "k"),
}
every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


async def start(store: Store, *ids: str) -> None:
    """Start runs that have the tag `k`."""
    for run_id in ids:
        await store.start_run(new_run(run_id, tags={"k": "old", "other": "x"}))


async def tags(store: Store, *ids: str) -> list[str | None]:
    """Return the tag `k` of each of some runs."""
    return [(await store.get_tags(run_id)).get("k") for run_id in ids]


async def count(store: Store) -> int:
    """Return how many runs the one experiment counts."""
    (experiment,) = (await store.list_experiments(limit=10)).rows
    return experiment.run_count


@pytest.mark.asyncio
class BulkSuite:
    """A change of many runs is made to all of them or to none."""

    async def test_many_runs_are_archived_and_restored(self, store: Store) -> None:
        await start(store, "a", "b", "c", "d")
        await store.end_run("b", RunStatus.FAILED, error=None, at=2_000)
        await store.set_archived("c", archived=True)
        await store.archive_runs(["c", "b", "a"], archived=True)
        assert await run_ids(store, RunQuery()) == ["d"]
        assert await count(store) == 1
        await store.archive_runs(["d", "b", "c"], archived=False)
        assert await run_ids(store, RunQuery()) == ["d", "c", "b"]
        assert await count(store) == 3

    async def test_many_runs_are_tagged_and_untagged(self, store: Store) -> None:
        await start(store, "a", "b", "c")
        await store.delete_tag("a", "k")
        await store.end_run("b", RunStatus.COMPLETED, error=None, at=2_000)
        await store.tag_runs(["b", "a"], "k", "größe 🙂")
        assert await tags(store, "a", "b", "c") == ["größe 🙂", "größe 🙂", "old"]
        await store.untag_runs(["c", "a"], "k")
        await store.untag_runs(["c", "a"], "k")
        assert await tags(store, "a", "b", "c") == [None, "größe 🙂", None]
        assert await store.get_tags("c") == {"other": "x"}

    async def test_many_runs_are_deleted_with_all_that_is_their_own(self, store: Store) -> None:
        await start(store, "a", "b", "kept")
        await store.start_run(new_run("child", parent="a"))
        for run_id in ("a", "b", "kept"):
            await store.append_points(run_id, {"m": points(1.0)})
            await store.add_artifact(artifact(f"weights of {run_id}", run_id))
            await store.add_artifact(artifact(f"log of {run_id}", run_id, name="log"))
        version = await store.add_version(new_version("m", "b"))
        await store.archive_runs(["a", "b"], archived=True)
        freed = await store.delete_runs(["b", "a"])
        assert sorted(freed) == ["a/log of a", "a/weights of a", "b/log of b"]
        assert sorted(await run_ids(store, RunQuery())) == ["child", "kept"]
        assert (await store.get_run("child")).run.parent_run_id is None
        assert list((await store.get_model("m")).versions) == [version]
        assert await store.get_artifact("weights of b") == version.artifact
        await refused(store.get_artifact("log of b"), NotFound)
        assert len((await store.get_run("kept")).artifacts) == 2
        assert await count(store) == 2

    @every_change
    async def test_where_one_run_is_missing_none_is_changed(
        self, store: Store, change: Change
    ) -> None:
        await start(store, "a", "b")
        await store.archive_runs(["a"], archived=True)
        before = [await store.get_run(run_id) for run_id in ("a", "b")]
        refusal = await refused(change(store, ["a", "b", "gone", "lost"]), NotFound)
        assert refusal.error == "no such run"
        assert "'gone', 'lost'" in refusal.detail
        assert [await store.get_run(run_id) for run_id in ("a", "b")] == before

    async def test_where_one_run_is_not_archived_none_is_deleted(self, store: Store) -> None:
        ids = ["a", "b", "c", "d"]
        await start(store, *ids)
        await store.archive_runs(["a", "c"], archived=True)
        refusal = await refused(store.delete_runs(ids), Conflict)
        assert "'b', 'd'" in refusal.detail
        assert "'a'" not in refusal.detail
        assert sorted(await run_ids(store, RunQuery(archived=None))) == ids

    async def test_a_great_many_runs_are_changed_at_once(self, store: Store) -> None:
        ids = [f"{i:03}" for i in range(MANY)]
        await asyncio.gather(*(start(store, run_id) for run_id in ids))
        await store.tag_runs(ids, "k", "new")
        assert set(await tags(store, *ids)) == {"new"}
        await store.archive_runs(ids[1:], archived=True)
        await store.delete_runs(ids[2:])
        assert await run_ids(store, RunQuery(archived=None)) == ["001", "000"]
        assert await count(store) == 1

    async def test_racing_changes_in_any_order_are_all_made(self, store: Store) -> None:
        ids = [str(i) for i in range(20)]
        await start(store, *ids)
        await asyncio.gather(
            *(store.tag_runs(ids[i:] + ids[:i], f"by {i}", "x") for i in range(10)),
            *(store.archive_runs(ids[::-1], archived=True) for _ in range(5)),
        )
        assert await count(store) == 0
        for run_id in ids:
            assert set(await store.get_tags(run_id)) >= {f"by {i}" for i in range(10)}
