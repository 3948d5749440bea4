"""What every store promises about runs at a glance and about what is new in series."""
# ruff: noqa: D102  the name of a test is its docstring

import math

import pytest

from chachaml_kernel.domain.live import Place
from chachaml_kernel.domain.metrics import Window
from chachaml_kernel.domain.runs import Headline, RunStatus
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import columns


@pytest.mark.asyncio
class LiveSuite:
    """Who watches runs learns what is new without reading what is old."""

    async def test_a_glance_shows_the_wanted_metrics_that_runs_have(self, store: Store) -> None:
        await store.start_run(new_run("r", tags={"team": "vision"}))
        await store.start_run(new_run("s"))
        await store.append_points("r", {"a": points(1.0, 3.0, steps=[0, 7]), "b": points(2.0)})
        await store.append_points("s", {"a": points(math.nan)})
        await store.end_run("s", RunStatus.FAILED, error="no memory", at=5_000)
        found = await store.glance({"r": {"a", "z"}, "s": set()}, most=10)
        detail = await store.get_run("r")
        assert found["r"].run == detail.run
        assert found["r"].tags == {"team": "vision"}
        assert found["r"].metrics == detail.metrics[:1]
        assert found["r"].headline == Headline("b", 2.0, None)
        assert (found["s"].run.error, found["s"].run.ended_at) == ("no memory", 5_000)
        assert found["s"].metrics == []
        assert found["s"].tags == {}

    async def test_a_glance_at_no_metrics_in_particular_shows_the_first_ones(
        self, store: Store
    ) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {key: points(1.0) for key in "cab"})
        for most, shown in ((2, "ab"), (3, "abc"), (10, "abc")):
            found = await store.glance({"r": None}, most=most)
            assert [metric.key for metric in found["r"].metrics] == [*shown]

    async def test_a_glance_leaves_runs_out_that_do_not_exist(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        found = await store.glance({"gone": None, "r": None, "other": {"a"}}, most=10)
        assert [*found] == ["r"]
        assert found["r"].headline is None
        assert await store.glance({}, most=10) == {}

    async def test_a_glance_has_the_preferred_headline(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"f1": points(0.5, 0.7, steps=[1, 2])})
        await store.append_points("r", {"loss": points(0.1)})
        found = await store.glance({"r": {"loss"}}, most=10, headline=("accuracy", "f1"))
        assert found["r"].headline == Headline("f1", 0.7, 2)

    async def test_what_is_new_comes_once_whatever_was_logged_before(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        position = 0
        for size in (1, 3, 700, 1, 5_000, 2, 64, 1):
            span = range(position, position + size)
            new = points(*(i / 3 for i in span), steps=list(span), times=list(span))
            await store.append_points("r", {"m": new, "other": points(0.0)})
            place = Place("r", "m", position)
            found = await store.follow([place], max_points=10_000)
            assert found[place].count == size
            assert columns(found[place].points) == columns(new)
            position += size
        assert await store.follow([Place("r", "m", position)], max_points=10_000) == {}

    async def test_much_that_is_new_is_thinned_as_an_outline_is(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        values = [math.sin(i / 50) for i in range(9_000)]
        await store.append_points("r", {"m": points(*values)})
        place = Place("r", "m", 1_000)
        found = await store.follow([place], max_points=100)
        outline = await store.outline("r", "m", Window("position", 1_000), max_points=100)
        assert found[place].count == outline.count == 8_000
        assert columns(found[place].points) == columns(outline.points)

    async def test_what_does_not_exist_has_nothing_new(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": points(1.0)})
        places = [Place("gone", "m", 0), Place("r", "n", 0), Place("r", "m", 1), Place("r", "m", 9)]
        there = Place("r", "m", 0)
        assert [*await store.follow([*places, there], max_points=2)] == [there]
