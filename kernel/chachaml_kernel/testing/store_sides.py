"""What every store promises about runs that are put side by side."""
# ruff: noqa: D102  the name of a test is its docstring

import pytest

from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import dataset, new_run, points


@pytest.mark.asyncio
class SideSuite:
    """All that is compared of some runs, in one call."""

    async def test_a_side_is_what_lists_and_the_whole_run_say(self, store: Store) -> None:
        used = [dataset("d1", "a", at=1_000, name="train"), dataset("d2", "a", at=2_000)]
        env: dict[str, JsonValue] = {"python": "3.12", "gpus": 2}
        await store.start_run(new_run("a", tags={"team": "x"}, env=env, datasets=used))
        await store.start_run(new_run("b", parent="a"))
        await store.log_params("a", {"lr": 0.1})
        await store.append_points("a", {"z": points(3.0, 1.0, 2.0), "accuracy": points(0.5)})
        await store.append_points("b", {"z": points(5.0)})
        sides = await store.get_sides(["b", "a"], headline=("accuracy",))
        listed = (await store.list_runs(RunQuery(headline=("accuracy",)))).rows
        assert [side.row for side in sides] == list(listed)
        assert [side.row.children for side in sides] == [0, 1]
        for side in sides:
            whole = await store.get_run(side.row.run.id)
            assert list(side.metrics) == list(whole.metrics)
            assert list(side.datasets) == list(whole.datasets)
            assert side.env == whole.env

    async def test_sides_come_in_the_order_asked_for_archived_ones_too(self, store: Store) -> None:
        names = [f"run-{i}" for i in range(50)]
        for i, name in enumerate(names):
            await store.start_run(new_run(name, at=1_000 + i))
            await store.set_archived(name, archived=i % 2 == 0)
        wanted = [*names[30:], *names[:30]]
        assert [side.row.run.id for side in await store.get_sides(wanted)] == wanted

    async def test_a_run_that_does_not_exist_has_no_side(self, store: Store) -> None:
        await store.start_run(new_run("a"))
        sides = await store.get_sides(["nope", "a", "nothing"])
        assert [side.row.run.id for side in sides] == ["a"]
        assert list(await store.get_sides(["nope"])) == []
