"""What every store promises about small curves of many runs."""
# ruff: noqa: D102  the name of a test is its docstring

import math
from itertools import pairwise

import pytest

from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import columns, history_of


def logged(drawn: Points) -> list[tuple[str, int, int | None]]:
    """Return points one by one, so that they can be found among others."""
    return list(zip(*columns(drawn), strict=True))


@pytest.mark.asyncio
class SketchSuite:
    """Few points of one metric of many runs, in one call."""

    async def test_a_short_series_is_drawn_whole(self, store: Store) -> None:
        series = points(1.0, math.nan, -0.0, math.inf, steps=[3, None, 1, 2], times=[4, 3, 2, 1])
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": series, "other": points(9.0)})
        (sketch,) = (await store.sketches(["r"], "m", max_points=4)).values()
        assert sketch.count == 4
        assert columns(sketch.points) == columns(series)

    async def test_points_that_were_logged_in_bulk_are_drawn_as_well(self, store: Store) -> None:
        series = points(*(math.sin(place / 9) for place in range(100)))
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": series})
        (whole,) = (await store.sketches(["r"], "m", max_points=100)).values()
        assert columns(whole.points) == columns(series)
        (thin,) = (await store.sketches(["r"], "m", max_points=40)).values()
        assert 30 <= len(thin.points) <= 40

    async def test_only_runs_with_the_metric_are_drawn(self, store: Store) -> None:
        for run_id in ("a", "b", "c"):
            await store.start_run(new_run(run_id))
        await store.append_points("a", {"m": points(1.0)})
        await store.append_points("c", {"other": points(1.0)})
        assert set(await store.sketches(["a", "b", "c", "nope"], "m", max_points=2)) == {"a"}
        assert await store.sketches([], "m", max_points=2) == {}

    @pytest.mark.parametrize("at_once", [1, 50, 700, 20_000])
    @pytest.mark.parametrize("max_points", [2, 3, 40])
    async def test_a_long_series_is_drawn_from_end_to_end(
        self, store: Store, at_once: int, max_points: int
    ) -> None:
        count = {1: 300, 50: 1_500, 700: 9_100, 20_000: 40_000}[at_once]
        await store.start_run(new_run("r"))
        for begin in range(0, count, at_once):
            steps = range(begin, min(begin + at_once, count))
            values = [math.sin(step / 50) for step in steps]
            await store.append_points("r", {"m": points(*values, steps=steps, times=steps)})
        sketch = (await store.sketches(["r"], "m", max_points=max_points))["r"]
        drawn, whole = logged(sketch.points), logged(await history_of(store, "r", "m"))
        assert sketch.count == count
        assert 2 <= len(drawn) <= max_points
        assert (drawn[0], drawn[-1]) == (whole[0], whole[-1])
        assert set(drawn) <= set(whole)
        places = [step for _, _, step in drawn if step is not None]
        assert places == sorted(set(places))
        if max_points == 40:
            assert len(drawn) > 20
            assert max(b - a for a, b in pairwise(places)) < count / 4
