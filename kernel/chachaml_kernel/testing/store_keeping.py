"""What every store promises about moving all that it holds to another one, and back."""
# ruff: noqa: D102  the name of a test is its docstring

import math

import pytest
from msgspec.structs import replace

from chachaml_kernel.domain.keeping import (
    Batch,
    Block,
    Holdings,
    WholeRun,
    fingerprint,
    name_of,
    things_of,
)
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.models import Stage
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import NotFound
from chachaml_kernel.memory import MemoryStore
from chachaml_kernel.ports import Snapshot, Store
from chachaml_kernel.testing.builders import (
    artifact,
    dataset,
    new_move,
    new_run,
    new_version,
    new_view,
    points,
)
from chachaml_kernel.testing.reading import columns, history_of, ids, joined, refused

ODD = points(
    0.1, -0.0, math.nan, math.inf, -math.inf, 5e-324, steps=[None, -(2**63), 2**63 - 1, 0, 0, None]
)


async def fill(store: Store) -> None:
    """Write something of every kind."""
    await store.save_experiment("größe", description="of shoes", owner="ada", at=500)
    env: dict[str, JsonValue] = {"python": "3.11", "nested": {"b": [1, 2.5, None, True], "a": "ü"}}
    await store.start_run(new_run("z", at=1_000, experiment="größe", tags={"k": "v"}, env=env))
    await store.start_run(new_run("a", at=2_000, name="child", created_by="bob", parent="z"))
    await store.add_dataset(replace(dataset("d1", "z", name="train"), features=["x", 1], n_rows=9))
    await store.add_dataset(dataset("d0", "z"))
    await store.log_params("z", {"lr": 0.1, "big": 2**70, "list": [1, "x"], "none": None})
    await store.append_points("z", {"loss": ODD, "learning_rate": points(0.5)})
    await store.append_points("z", {"acc": points(*map(float, range(10_001)))})
    await store.append_points("a", {"loss": points(1.0)})
    await store.set_note("z", "a note", saved=Saved(3_000, "ada"))
    for artifact_id in ("held", "now"):
        await store.add_artifact(artifact(artifact_id, "z", at=2_500))
        await store.add_version(new_version("m", "z", stage=Stage.PRODUCTION, at=2_600))
    await store.set_stage(new_move("m", 1, by="ada", reason="better", at=2_700))
    await store.add_artifact(artifact("log", "a", name="log/x"))
    await store.end_run("z", RunStatus.FAILED, error="broke", at=9_000)
    await store.set_archived("a", archived=True)
    await store.save_view(new_view("mine", query="status=failed"))


async def everything(store: Store) -> list[str]:
    """Return all that a store holds as texts that can be compared."""
    async with store.snapshot() as snapshot:
        return await _texts(snapshot)


async def _texts(snapshot: Snapshot) -> list[str]:
    found = []
    async for batch in snapshot.batches():
        for thing in things_of(replace(batch, keys=())):
            found.append(fingerprint(thing))
            if isinstance(thing, WholeRun):
                for metric in thing.metrics:
                    series = await _points(snapshot, thing.run.id, metric.key)
                    found.append(repr(columns(series)))
    return found


async def _points(snapshot: Snapshot, run_id: str, key: str) -> Points:
    return joined([block.points async for block in snapshot.points(run_id, [key])])


async def move(source: Store, target: Store) -> None:
    """Load all that one store holds into another one."""
    parents = {}
    async with source.snapshot() as snapshot:
        async for batch in snapshot.batches():
            await target.load(batch)
            for whole in batch.runs:
                if whole.run.parent_run_id is not None:
                    parents[whole.run.id] = whole.run.parent_run_id
                for metric in whole.metrics:
                    series = await _points(snapshot, whole.run.id, metric.key)
                    await target.load_points([Block(whole.run.id, metric.key, series)])
    await target.load(Batch(parents=parents))


@pytest.mark.asyncio
class KeepingSuite:
    """What is stored comes out whole, and what is loaded is there as if it had been written."""

    async def test_all_that_is_held_comes_in_as_it_was(self, store: Store) -> None:
        other = MemoryStore()
        await fill(other)
        await move(other, store)
        assert await everything(store) == await everything(other)

    async def test_all_that_is_held_comes_out_as_it_was_written(self, store: Store) -> None:
        other = MemoryStore()
        await fill(store)
        await move(store, other)
        for run_id in ("a", "z"):
            here, there = await store.get_run(run_id), await other.get_run(run_id)
            assert fingerprint(there) == fingerprint(here)
        assert await other.get_model("m") == await store.get_model("m")
        assert await other.list_views(limit=9) == await store.list_views(limit=9)
        assert await other.get_experiment("größe") == await store.get_experiment("größe")
        for key in ("loss", "acc", "learning_rate"):
            series = await history_of(other, "z", key)
            assert columns(await history_of(store, "z", key)) == columns(series)

    async def test_what_was_loaded_is_read_like_what_was_written(self, store: Store) -> None:
        other = MemoryStore()
        await fill(other)
        await move(other, store)
        here, there = await store.get_run("z"), await other.get_run("z")
        assert fingerprint(here) == fingerprint(there)
        assert await store.get_model("m") == await other.get_model("m")
        found = (await store.list_runs(RunQuery(archived=None))).rows
        assert ids(found) == ["a", "z"]
        assert [row.headline for row in found] == [
            row.headline for row in (await other.list_runs(RunQuery(archived=None))).rows
        ]
        assert await store.count_runs(RunQuery()) == await other.count_runs(RunQuery())

    async def test_what_was_loaded_goes_on(self, store: Store) -> None:
        other = MemoryStore()
        await fill(other)
        await move(other, store)
        await store.append_points("a", {"loss": points(2.0, steps=[7])})
        assert list((await history_of(store, "a", "loss")).values) == [1.0, 2.0]
        await store.resume_run("z")
        added = await store.add_version(new_version("m", "z"))
        assert added.version == 3
        await store.delete_run("a")
        assert (await store.get_experiment("default")).counts.archived == 0

    async def test_things_come_sorted_and_in_the_order_in_which_they_can_be_loaded(
        self, store: Store
    ) -> None:
        await fill(store)
        for number in range(120):
            await store.start_run(new_run(f"r{number}"))
        names: list[tuple[str, str]] = []
        async with store.snapshot() as snapshot:
            async for batch in snapshot.batches():
                found = [(type(thing).__name__, name_of(thing)) for thing in things_of(batch)]
                assert len({kind for kind, _ in found}) <= 1
                names += found
        kinds = list(dict.fromkeys(kind for kind, _ in names))
        assert kinds == ["Experiment", "WholeRun", "KeptArtifact", "WholeModel", "View"]
        assert names == sorted(names, key=lambda each: (kinds.index(each[0]), each[1]))
        assert sum(kind == "WholeRun" for kind, _ in names) == 122

    async def test_holdings_are_counted(self, store: Store) -> None:
        async with store.snapshot() as snapshot:
            assert not await snapshot.holdings()
        await fill(store)
        async with store.snapshot() as snapshot:
            assert await snapshot.holdings() == Holdings(
                experiments=2,
                runs=2,
                series=4,
                points=6 + 1 + 10_001 + 1,
                artifacts=3,
                bytes=len("heldnowlog"),
                models=1,
                versions=2,
                moves=5,
                views=1,
            )

    async def test_a_snapshot_does_not_see_what_is_written_later(self, store: Store) -> None:
        await fill(store)
        before = await everything(store)
        async with store.snapshot() as snapshot:
            await store.append_points("a", {"loss": points(2.0), "new": points(3.0)})
            await store.start_run(new_run("later"))
            await store.set_tag("z", "k", "other")
            await store.set_archived("z", archived=True)
            await store.delete_run("z")
            await store.save_view(new_view("theirs"))
            assert await _texts(snapshot) == before
        assert await everything(store) != before

    async def test_what_is_loaded_again_is_there_once(self, store: Store) -> None:
        other = MemoryStore()
        await fill(other)
        await move(other, store)
        await store.set_tag("z", "more", "x")
        await store.set_note("a", "other", saved=Saved(1))
        await store.save_view(new_view("mine", query="status=running"))
        await move(other, store)
        assert await everything(store) == await everything(other)

    async def test_points_of_a_run_that_is_not_there_are_refused_with_all_others(
        self, store: Store
    ) -> None:
        await store.start_run(new_run("r"))
        blocks = [Block("r", "loss", points(1.0)), Block("missing", "loss", points(1.0))]
        await refused(store.load_points(blocks), NotFound)
        assert (await store.get_run("r")).metrics == []

    async def test_points_come_block_by_block(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.end_run("r", RunStatus.COMPLETED, error=None, at=2_000)
        blocks = [points(*map(float, range(n, n + 100)), times=[n] * 100) for n in (0, 100, 200)]
        await store.load_points([Block("r", "loss", blocks[0]), Block("r", "acc", blocks[0])])
        await store.load_points([Block("r", "loss", block) for block in blocks[1:]])
        assert list((await history_of(store, "r", "loss")).values) == list(range(300))
        headline = (await store.get_run("r")).headline
        assert headline is not None
        assert headline.key == "loss"

    async def test_a_snapshot_has_short_and_long_series_in_the_order_asked_for(
        self, store: Store
    ) -> None:
        new: dict[str, Points] = {f"short-{n}": points(float(n), n / 8) for n in range(30)}
        new |= {"even": points(*map(float, range(100))), "odd": ODD}
        new |= {"long": points(*map(float, range(30_000)))}
        await store.start_run(new_run("r"))
        await store.append_points("r", new)
        await store.append_points("r", {"even": points(7.0, 8.0)})
        keys = sorted(new)
        found: dict[str, list[Points]] = {}
        async with store.snapshot() as snapshot:
            async for block in snapshot.points("r", keys):
                found.setdefault(block.key, []).append(block.points)
        assert list(found) == keys
        for key in keys:
            here = joined(found[key])
            assert repr(columns(here)) == repr(columns(await history_of(store, "r", key)))

    async def test_a_missing_series_of_a_snapshot_is_named_as_such(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        async with store.snapshot() as snapshot:
            for run_id, error in (("r", "no such metric"), ("missing", "no such run")):
                assert (await refused(_points(snapshot, run_id, "loss"), NotFound)).error == error

    async def test_the_ids_that_artifacts_have_are_known(self, store: Store) -> None:
        await fill(store)
        asked = ["held", "missing", "now", "log"]
        assert await store.known_artifacts(asked) == {"held", "now", "log"}
        assert await store.known_artifacts([]) == set()

    async def test_a_store_settles(self, store: Store) -> None:
        await fill(store)
        await store.settle()
