"""What every store promises about groups of runs."""
# ruff: noqa: D102  the name of a test is its docstring

import math
import statistics
from collections.abc import Sequence

import pytest

from chachaml_kernel.domain.groups import Group, Grouping, Spread
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points

EVERY = RunQuery()


async def labels(store: Store, grouping: Grouping, query: RunQuery = EVERY) -> list[JsonValue]:
    """Return the labels of groups in their order, `...` for that of runs without one."""
    groups = await store.group_runs(query, grouping)
    return [... if one.missing else one.label for one in groups.rows]  # type: ignore[misc]


async def the_group(store: Store, *metrics: str) -> Group:
    """Return the one group by experiment that there is."""
    groups = await store.group_runs(EVERY, Grouping(by="experiment", metrics=metrics))
    (group,) = groups.rows
    assert not groups.more
    return group


@pytest.mark.asyncio
class GroupSuite:
    """Runs with something in common, and what their latest values come to."""

    async def test_runs_are_grouped_by_what_they_are(self, store: Store) -> None:
        for i, (experiment, author) in enumerate((("x", "ada"), ("x", None), ("y", None))):
            await store.start_run(new_run(str(i), experiment=experiment, created_by=author))
        await store.set_tag("0", "kind", "a")
        await store.end_run("2", RunStatus.FAILED, error=None, at=2_000)
        assert await labels(store, Grouping(by="experiment")) == ["x", "y"]
        assert await labels(store, Grouping(by="experiment", descending=False)) == ["y", "x"]
        assert await labels(store, Grouping(by="status")) == ["running", "failed"]
        assert await labels(store, Grouping(by="created_by")) == [..., "ada"]
        assert await labels(store, Grouping(by="tag", key="kind")) == [..., "a"]
        only_x = RunQuery(experiment="x", created_by="ada")
        assert await labels(store, Grouping(by="tag", key="kind"), only_x) == ["a"]
        assert await labels(store, Grouping(by="status"), RunQuery(name="nobody")) == []

    async def test_a_param_is_a_label_with_its_type(self, store: Store) -> None:
        values: list[JsonValue] = [*[1] * 7, *["1"] * 6, *[True] * 5, *[[1, "a"]] * 4, *[None] * 3]
        for i, value in enumerate(values):
            await store.start_run(new_run(str(i)))
            await store.log_params(str(i), {"p": value})
        for i in range(2):
            await store.start_run(new_run(f"without {i}"))
        found = await labels(store, Grouping(by="param", key="p"))
        assert found == [1, "1", True, [1, "a"], None, ...]
        assert [type(one) for one in found[:3]] == [int, str, bool]

    async def test_equal_numbers_are_one_label(self, store: Store) -> None:
        for run_id, value in (("a", 1), ("b", 1.0), ("c", 2)):
            await store.start_run(new_run(run_id))
            await store.log_params(run_id, {"p": value})
        groups = await store.group_runs(EVERY, Grouping(by="param", key="p"))
        assert [(one.label, one.count) for one in groups.rows] == [(1, 2), (2, 1)]

    async def test_groups_end_at_the_limit_and_say_so(self, store: Store) -> None:
        for i in range(6):
            await store.start_run(new_run(str(i), experiment=f"x{i % 3}"))
        groups = await store.group_runs(EVERY, Grouping(by="experiment", limit=2))
        assert (len(groups.rows), groups.more) == (2, True)
        groups = await store.group_runs(EVERY, Grouping(by="experiment", limit=3))
        assert (len(groups.rows), groups.more) == (3, False)

    @pytest.mark.parametrize(
        "values",
        [
            [1.0, 2.0, 4.0],
            [0.1] * 7,
            [0.0, -0.0],
            [1e9, 1e9 + 1e-6, 1e9 + 2e-6, 1e9],
            [1e16, 1e16 + 2, 1e16 + 4],
            [1e-300, 2e-300, 5e-300],
            [1e300, -1e300, 5.0],
            [8e307, -8e307, 8e307],
            [0.5, 0.5000001, 1e12],
            [-3.0, 1e-9, 1e-9, 1e-9],
            [5e-324, 1.0],
        ],
        ids=str,
    )
    async def test_a_spread_is_that_of_the_latest_values(
        self, store: Store, values: Sequence[float]
    ) -> None:
        for i, value in enumerate(values):
            await store.start_run(new_run(str(i)))
            await store.append_points(str(i), {"m": points(99.0, value)})
        found = (await the_group(store, "m")).metrics["m"]
        assert (found.count, found.left_out) == (len(values), 0)
        assert (found.least, found.greatest) == (min(values), max(values))
        size = max(map(abs, values))
        assert found.mean == pytest.approx(statistics.mean(values), rel=1e-12, abs=1e-15 * size)
        assert found.deviation == pytest.approx(
            statistics.stdev(values), rel=1e-9, abs=1e-300 if size < 1e-200 else 1e-16 * size
        )

    async def test_what_is_no_number_is_left_out_and_counted(self, store: Store) -> None:
        for i, value in enumerate((math.nan, math.inf, -math.inf, 2.0)):
            await store.start_run(new_run(str(i)))
            await store.append_points(str(i), {"m": points(value), "bad": points(math.nan)})
        await store.start_run(new_run("without"))
        group = await the_group(store, "m", "bad", "unknown")
        assert group.count == 5
        assert group.metrics == {
            "m": Spread(count=1, left_out=3, mean=2.0, least=2.0, greatest=2.0),
            "bad": Spread(count=0, left_out=4),
            "unknown": Spread(count=0, left_out=0),
        }

    async def test_groups_are_sorted_by_a_mean(self, store: Store) -> None:
        values = {"low": [1.0, 2.0], "high": [9.0], "middle": [math.nan, 5.0], "none": [math.inf]}
        for experiment, own in values.items():
            for i, value in enumerate(own):
                await store.start_run(new_run(f"{experiment}{i}", experiment=experiment))
                await store.append_points(f"{experiment}{i}", {"m": points(value)})
        wanted = Grouping(by="experiment", metrics=("other", "m"), sort="m")
        assert await labels(store, wanted) == ["high", "middle", "low", "none"]
        wanted = Grouping(by="experiment", metrics=("m",), sort="m", descending=False)
        assert await labels(store, wanted) == ["low", "middle", "high", "none"]

    async def test_a_param_is_told_if_all_agree(self, store: Store) -> None:
        own: list[dict[str, JsonValue]] = [
            {"same": [1], "number": 1, "differs": 1, "some": 1, "mixed": 1},
            {"same": [1], "number": 1.0, "differs": 2, "mixed": "1"},
        ]
        for i, values in enumerate(own):
            await store.start_run(new_run(str(i)))
            await store.log_params(str(i), values)
        keys = ("same", "number", "differs", "some", "mixed", "unknown")
        groups = await store.group_runs(EVERY, Grouping(by="status", params=keys))
        assert groups.rows[0].params == {"same": [1], "number": 1}
