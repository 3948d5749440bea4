"""What every store promises about how the latest values of a metric are spread."""
# ruff: noqa: D102  the name of a test is its docstring

import math
from sys import float_info

import pytest

from chachaml_kernel.domain.distribution import Distribution
from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points

ABOVE_TWO = MetricCondition("m", Operator.GREATER, 2.0)


async def log(store: Store, *values: float, experiment: str = "x") -> None:
    """Start a run for each value, which an earlier, greater one preceded."""
    for place, value in enumerate(values):
        run_id = f"{experiment}{place}"
        await store.start_run(new_run(run_id, experiment=experiment))
        await store.append_points(run_id, {"m": points(value + 100, value), "other": points(7.0)})


@pytest.mark.asyncio
class DistributionSuite:
    """Counts in bins of one width, and what is no number apart."""

    async def test_values_are_counted_in_bins_and_a_bound_belongs_to_the_upper_one(
        self, store: Store
    ) -> None:
        await log(store, 0.0, 0.5, 1.0, 2.0, 2.5, 3.0, 4.0, 4.0)
        found = await store.distribution(RunQuery(), ABOVE_TWO, bins=4)
        assert list(found.bins) == [2, 1, 2, 3]
        assert (found.least, found.greatest, found.found, found.count) == (0.0, 4.0, 4, 8)

    async def test_nan_and_the_infinities_are_counted_apart(self, store: Store) -> None:
        await log(store, 1.0, math.nan, math.inf, -math.inf, math.nan, 3.0, math.inf, math.inf)
        assert await store.distribution(RunQuery(), ABOVE_TWO, bins=2) == Distribution(
            bins=[1, 1], least=1.0, greatest=3.0, nan=2, below=1, above=3, found=4
        )

    @pytest.mark.parametrize("value", [-5.0, 0.0, 3.0, float_info.max])
    async def test_values_that_are_all_the_same_are_one_bin(
        self, store: Store, value: float
    ) -> None:
        await log(store, value, value)
        found = await store.distribution(RunQuery(), ABOVE_TWO, bins=4)
        assert (list(found.bins), found.least, found.greatest) == ([2], value, value)
        assert found.found == (2 if value > 2 else 0)

    async def test_a_metric_without_a_number_has_no_bin(self, store: Store) -> None:
        nothing = await store.distribution(RunQuery(), ABOVE_TWO, bins=4)
        assert nothing == Distribution(
            bins=[], least=None, greatest=None, nan=0, below=0, above=0, found=0
        )
        await log(store, math.nan)
        found = await store.distribution(RunQuery(), ABOVE_TWO, bins=4)
        assert (list(found.bins), found.least, found.count) == ([], None, 1)

    async def test_the_widest_range_has_bins_too(self, store: Store) -> None:
        await log(store, -float_info.max, float_info.max, 1.0)
        found = await store.distribution(RunQuery(), ABOVE_TWO, bins=2)
        assert (list(found.bins), found.found) == ([1, 2], 1)

    @pytest.mark.parametrize(
        ("op", "value", "expected"),
        [
            (">", 2.0, 2),
            (">=", 2.0, 3),
            ("<", 2.0, 2),
            ("<=", 2.0, 3),
            ("=", 2.0, 1),
            ("!=", 2.0, 4),
            ("<", math.nan, 0),
            ("!=", math.nan, 0),
            ("<", math.inf, 4),
        ],
    )
    async def test_found_are_those_that_a_search_finds(
        self, store: Store, op: str, value: float, expected: int
    ) -> None:
        await log(store, 1.0, 2.0, 3.0, math.nan, math.inf, -math.inf)
        asked = MetricCondition("m", Operator(op), value)
        found = await store.distribution(RunQuery(), asked, bins=3)
        rows = await store.list_runs(RunQuery(metric=asked))
        assert found.found == len(rows.rows) == expected
        assert found.count == 6

    async def test_a_query_chooses_the_runs_but_for_its_own_metric(self, store: Store) -> None:
        await log(store, 1.0, 2.0, 3.0)
        await log(store, 9.0, experiment="y")
        await store.set_archived("x2", archived=True)
        query = RunQuery(experiment="x", metric=ABOVE_TWO, limit=1)
        found = await store.distribution(query, ABOVE_TWO, bins=2)
        assert (list(found.bins), found.greatest, found.found) == ([1, 1], 2.0, 0)
