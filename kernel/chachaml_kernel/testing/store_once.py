"""What every store promises about retries: a write that says which one it is applies once."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest
from msgspec.structs import replace

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.models import Stage
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import ChachamlError, Conflict
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import (
    artifact,
    dataset,
    new_move,
    new_run,
    new_version,
    new_view,
    points,
)
from chachaml_kernel.testing.reading import refused

Write: TypeAlias = Callable[[Store, Once, str], Awaitable[object]]
"""A write, with the id that this attempt at it has for what it makes."""

WRITES: dict[str, Write] = {
    "start_run": lambda store, once, new_id: store.start_run(
        new_run(new_id, parent="r", tags={"k": "v"}, datasets=[dataset(f"of {new_id}", new_id)]),
        once=once,
    ),
    "end_run": lambda store, once, _: store.end_run(
        "r", RunStatus.FAILED, error="x", at=2_000, once=once
    ),
    "resume_run": lambda store, once, _: store.resume_run("ended", once=once),
    "set_archived": lambda store, once, _: store.set_archived("r", archived=True, once=once),
    "delete_run": lambda store, once, _: store.delete_run("archived", once=once),
    "archive_runs": lambda store, once, _: store.archive_runs(
        ["r", "ended"], archived=True, once=once
    ),
    "delete_runs": lambda store, once, _: store.delete_runs(["archived"], once=once),
    "tag_runs": lambda store, once, _: store.tag_runs(["r", "ended"], "k", "v", once=once),
    "untag_runs": lambda store, once, _: store.untag_runs(["ended", "r"], "old", once=once),
    "log_params": lambda store, once, _: store.log_params("r", {"p": [1, "x"]}, once=once),
    "set_tag": lambda store, once, _: store.set_tag("r", "k", "v", once=once),
    "delete_tag": lambda store, once, _: store.delete_tag("r", "old", once=once),
    "set_note": lambda store, once, _: store.set_note(
        "r", "note", saved=Saved(2_000, "ada"), once=once
    ),
    "add_dataset": lambda store, once, new_id: store.add_dataset(dataset(new_id, "r"), once=once),
    "append_points": lambda store, once, _: store.append_points(
        "r", {"m": points(1.0, 2.0), "n": points(3.0)}, once=once
    ),
    "add_artifact": lambda store, once, new_id: store.add_artifact(
        artifact(new_id, "r", name="log"), once=once
    ),
    "save_experiment": lambda store, once, _: store.save_experiment(
        "x", description="why", owner=None, at=2_000, once=once
    ),
    "add_version": lambda store, once, _: store.add_version(
        new_version("m", "r", stage=Stage.PRODUCTION, at=2_000), once=once
    ),
    "set_stage": lambda store, once, _: store.set_stage(new_move("m", 1, at=2_000), once=once),
    "describe_version": lambda store, once, _: store.describe_version(
        "m", 1, "x", at=2_000, once=once
    ),
    "save_view": lambda store, once, _: store.save_view(
        new_view("v", query="status=failed"), once=once
    ),
    "rename_view": lambda store, once, _: store.rename_view("seen", "w", at=2_000, once=once),
    "delete_view": lambda store, once, _: store.delete_view("seen", once=once),
    "describe_model": lambda store, once, _: store.describe_model("m", "x", at=2_000, once=once),
}
"""One call of each write of the port, each of which changes what `prepare` leaves."""

GONE_AFTERWARDS = {"delete_run", "delete_runs", "rename_view", "delete_view"}
"""Writes that cannot be repeated, since what they were about is gone."""
NEED_NOTHING = {"save_experiment", "save_view"}
"""Writes that an empty store takes."""

ONCE = Once("key", "request")

each_write = pytest.mark.parametrize("name", WRITES)


async def prepare(store: Store) -> None:
    """Leave a running, an ended and an archived run, a model of one version, and a view."""
    for run_id in ("r", "ended", "archived"):
        await store.start_run(new_run(run_id))
        await store.add_artifact(artifact(f"weights of {run_id}", run_id))
    await store.set_tag("r", "old", "x")
    await store.end_run("ended", RunStatus.COMPLETED, error=None, at=2_000)
    await store.set_archived("archived", archived=True)
    await store.add_version(new_version("m", "r"))
    await store.save_view(new_view("seen"))


async def picture(store: Store) -> list[object]:
    """Return all that can be read of the store, but for points themselves."""
    rows = (await store.list_runs(RunQuery(archived=None))).rows
    runs = [await store.get_run(row.run.id) for row in rows]
    models = (await store.list_models(limit=100)).rows
    versions = [await store.get_model(model.name) for model in models]
    experiments = (await store.list_experiments(limit=100)).rows
    return [rows, runs, versions, experiments, (await store.list_views(limit=100)).rows]


def answer(result: object) -> object:
    """Return what a retry must be answered alike: of an artifact's answer, the artifact.

    Each attempt at an upload has bytes of its own to free.
    """
    return result[0] if isinstance(result, tuple) else result


@pytest.mark.asyncio
class OnceSuite:
    """The same key and request: the same answer and one effect, however often and when."""

    @each_write
    async def test_a_retry_is_answered_alike_and_changes_nothing(
        self, store: Store, name: str
    ) -> None:
        await prepare(store)
        before = await picture(store)
        first = await WRITES[name](store, ONCE, "first")
        after = await picture(store)
        assert after != before
        second = await WRITES[name](store, ONCE, "second")
        assert answer(second) == answer(first)
        assert await picture(store) == after

    @each_write
    async def test_simultaneous_attempts_apply_once(self, store: Store, name: str) -> None:
        await prepare(store)
        results = await asyncio.gather(
            *(WRITES[name](store, ONCE, f"attempt {i}") for i in range(10))
        )
        assert all(answer(result) == answer(results[0]) for result in results)
        after = await picture(store)
        again = await WRITES[name](store, ONCE, "again")
        assert answer(again) == answer(results[0])
        assert await picture(store) == after

    @each_write
    async def test_a_key_is_not_taken_for_another_request(self, store: Store, name: str) -> None:
        await prepare(store)
        await WRITES[name](store, ONCE, "first")
        after = await picture(store)
        other = replace(ONCE, request="another request")
        refusal = await refused(WRITES[name](store, other, "second"), Conflict)
        assert "key" in refusal.detail
        assert await picture(store) == after

    @each_write
    async def test_another_key_is_another_write(self, store: Store, name: str) -> None:
        await prepare(store)
        await WRITES[name](store, ONCE, "first")
        once = Once("another key", "another request")
        if name in GONE_AFTERWARDS:
            await refused(WRITES[name](store, once, "second"), ChachamlError)
        else:
            await WRITES[name](store, once, "second")

    @each_write
    async def test_a_write_that_failed_leaves_its_key_unused(self, store: Store, name: str) -> None:
        if name not in NEED_NOTHING:
            await refused(WRITES[name](store, ONCE, "first"), ChachamlError)
        await prepare(store)
        before = await picture(store)
        await WRITES[name](store, ONCE, "second")
        assert await picture(store) != before

    async def test_simultaneous_appends_with_one_key_log_their_points_once(
        self, store: Store
    ) -> None:
        await prepare(store)
        logged = {"m": points(1.0, 2.0)}
        await asyncio.gather(*(store.append_points("r", logged, once=ONCE) for _ in range(10)))
        (metric,) = (await store.get_run("r")).metrics
        assert metric.count == 2

    async def test_a_retry_is_answered_as_things_were_then(self, store: Store) -> None:
        await prepare(store)
        promoted = await store.set_stage(new_move("m", 1, at=2_000), once=ONCE)
        await store.set_stage(new_move("m", 1, Stage.NONE, at=3_000))
        before = await picture(store)
        again = await store.set_stage(new_move("m", 1, at=2_000), once=ONCE)
        assert again == promoted
        assert await picture(store) == before

    async def test_a_retry_is_answered_after_the_run_is_ended_and_gone(self, store: Store) -> None:
        await prepare(store)
        await store.append_points("r", {"m": points(1.0)}, once=ONCE)
        await store.end_run("r", RunStatus.COMPLETED, error=None, at=2_000)
        await store.append_points("r", {"m": points(1.0)}, once=ONCE)
        await store.set_archived("r", archived=True)
        await store.delete_run("r")
        await store.append_points("r", {"m": points(1.0)}, once=ONCE)
