"""What every store promises about how experiments go."""
# ruff: noqa: D102  the name of a test is its docstring

import math

import pytest

from chachaml_kernel.domain.experiments import RECENT, Best, Ranking
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points

RISING, FALLING = Ranking("m", descending=True), Ranking("m", descending=False)


async def add(store: Store, run_id: str, experiment: str, **metrics: float) -> None:
    """Start a run with metrics, each a point that an earlier, greater one preceded."""
    await store.start_run(new_run(run_id, experiment=experiment, name=f"the {run_id}"))
    for key, value in metrics.items():
        await store.append_points(run_id, {key: points(value + 100, value)})


@pytest.mark.asyncio
class TrendSuite:
    """The headline of an experiment, its last values, and its best run."""

    async def test_an_experiment_is_led_by_the_headline_of_its_newest_run(
        self, store: Store
    ) -> None:
        await add(store, "1", "x", accuracy=1.0, loss=1.0)
        await add(store, "2", "x", f1=1.0, loss=1.0)
        await store.start_run(new_run("3", experiment="x"))
        await add(store, "4", "x", other=1.0)
        await store.set_archived("4", archived=True)
        await add(store, "5", "y", accuracy=1.0, loss=1.0)
        await store.start_run(new_run("6", experiment="bare"))
        names = ["y", "bare", "x", "nope"]
        leading = await store.leading_metrics(names, headline=("accuracy", "f1"))
        assert leading == {"x": "f1", "y": "accuracy"}
        assert await store.leading_metrics(names, headline=()) == {"x": "loss", "y": "loss"}

    async def test_the_last_values_come_oldest_first(self, store: Store) -> None:
        for i in range(RECENT + 3):
            await add(store, f"{i:02}", "x", m=float(i))
        await add(store, "97", "x", other=1.0)
        await add(store, "98", "x", m=1.0)
        await store.set_archived("98", archived=True)
        await add(store, "99", "y", m=math.nan)
        found = await store.trends({"x": RISING, "y": RISING})
        assert list(found["x"].recent) == [(f"{i:02}", float(i)) for i in range(4, RECENT + 3)]
        [(run_id, value)] = found["y"].recent
        assert run_id == "99"
        assert math.isnan(value)

    async def test_the_best_is_the_best_finite_one_of_all(self, store: Store) -> None:
        runs = {"1": -5.0, "2": 7.0, "3": math.inf, "4": -math.inf, "5": math.nan, "6": 8.0}
        for run_id, value in runs.items():
            await add(store, run_id, "x", m=value, other=value)
        await store.set_archived("6", archived=True)
        await add(store, "7", "y", m=9.0)
        await add(store, "8", "z", m=math.nan)
        for i in range(RECENT):
            await add(store, f"x{i}", "x", m=1.0)
        rising = await store.trends({"x": RISING, "y": FALLING, "z": RISING, "nope": RISING})
        assert rising["x"].best == Best(run_id="2", run_name="the 2", value=7.0)
        assert rising["y"].best == Best(run_id="7", run_name="the 7", value=9.0)
        assert rising["z"].best is None
        assert (rising["nope"].best, list(rising["nope"].recent)) == (None, [])
        falling = await store.trends({"x": FALLING})
        assert falling["x"].best == Best(run_id="1", run_name="the 1", value=-5.0)
        assert falling["x"].ranking == FALLING
        neither = await store.trends({"x": Ranking("m", descending=None)})
        assert (neither["x"].best, len(neither["x"].recent)) == (None, RECENT)
