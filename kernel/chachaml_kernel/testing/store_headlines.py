"""What every store promises about a run's latest and headline metric, and searching by it."""
# ruff: noqa: D102  the name of a test is its docstring

import math

import pytest

from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery, Sort
from chachaml_kernel.domain.runs import Headline
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import bits, run_ids

NAN, INF = math.nan, math.inf


async def headline(store: Store, *preferred: str) -> Headline | None:
    """Return the headline of the run `r`, which its row and its detail must agree on."""
    (row,) = (await store.list_runs(RunQuery(headline=preferred))).rows
    assert (await store.get_run("r", headline=preferred)).headline == row.headline
    return row.headline


@pytest.mark.asyncio
class HeadlineSuite:
    """The one metric that stands for a run, and runs found by a metric."""

    async def test_the_latest_point_is_the_one_logged_last(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"loss": points(0.1, steps=[100], times=[9_000])})
        await store.append_points("r", {"loss": points(0.5, 0.7, steps=[7, 5], times=[2, 1])})
        (metric,) = (await store.get_run("r")).metrics
        assert (metric.value, metric.step, metric.timestamp) == (0.7, 5, 1)
        (row,) = (await store.list_runs(RunQuery())).rows
        assert row.latest == {"loss": 0.7}
        assert row.headline == Headline("loss", 0.7, 5)

    async def test_a_run_without_metrics_has_no_headline(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        assert await headline(store, "accuracy") is None

    async def test_the_first_preferred_key_that_the_run_has_leads(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        for key, value in (("f1", 0.5), ("accuracy", 0.75), ("loss", 1.0)):
            await store.append_points("r", {key: points(value)})
        assert await headline(store, "accuracy", "f1") == Headline("accuracy", 0.75, None)
        assert await headline(store, "bleu", "f1", "accuracy") == Headline("f1", 0.5, None)

    async def test_else_the_metric_that_was_logged_most_recently_leads(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"b": points(1.0, times=[9_000])})
        await store.append_points("r", {"a": points(2.0, steps=[4], times=[1])})
        assert await headline(store, "accuracy") == Headline("a", 2.0, 4)
        await store.append_points("r", {"b": points(3.0, times=[0])})
        assert await headline(store) == Headline("b", 3.0, None)

    async def test_what_gets_better_neither_way_leads_only_where_there_is_nothing_else(
        self, store: Store
    ) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"lr": points(0.1), "train/grad_norm": points(2.0)})
        assert await headline(store) == Headline("train/grad_norm", 2.0, None)
        await store.append_points("r", {"lr": points(0.05)})
        assert await headline(store) == Headline("lr", 0.05, None)
        await store.append_points("r", {"loss": points(3.0)})
        await store.append_points("r", {"lr": points(0.01), "epoch": points(7.0)})
        await store.append_points("r", {"system/memory": points(2.0**30)})
        assert await headline(store) == Headline("loss", 3.0, None)
        assert await headline(store, "lr") == Headline("lr", 0.01, None)
        rows = (await store.list_runs(RunQuery(sort=Sort("headline")))).rows
        assert [row.headline for row in rows] == [Headline("loss", 3.0, None)]

    async def test_of_one_request_the_last_key_leads(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"a": points(0.0)})
        await store.append_points("r", {k: points(v) for k, v in (("z", 1.0), ("a", 2.0))})
        assert await headline(store) == Headline("a", 2.0, None)
        await store.append_points("r", {k: points(v) for k, v in (("a", 3.0), ("m", 4.0))})
        assert await headline(store) == Headline("m", 4.0, None)

    @pytest.mark.parametrize("value", [NAN, INF, -INF, -0.0])
    async def test_a_headline_may_be_any_double(self, store: Store, value: float) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"a": points(1.0), "accuracy": points(value)})
        (row,) = (await store.list_runs(RunQuery(headline=("accuracy",)))).rows
        assert row.headline is not None
        assert bits([row.headline.value, row.latest["accuracy"]]) == bits([value, value])

    @pytest.mark.parametrize(
        ("op", "value", "expected"),
        [
            (">", 1.0, {"two", "inf"}),
            (">=", 1.0, {"one", "two", "inf"}),
            ("<", 1.0, {"zero", "-inf"}),
            ("<=", 1.0, {"zero", "one", "-inf"}),
            ("=", 1.0, {"one"}),
            ("=", -0.0, {"zero"}),
            ("!=", 1.0, {"zero", "two", "inf", "-inf"}),
            ("=", INF, {"inf"}),
            ("<", INF, {"zero", "one", "two", "-inf"}),
            (">=", -INF, {"zero", "one", "two", "inf", "-inf"}),
            ("=", NAN, set()),
            ("!=", NAN, set()),
            ("<", NAN, set()),
        ],
    )
    async def test_runs_are_found_by_the_latest_value_of_a_metric(
        self, store: Store, op: str, value: float, expected: set[str]
    ) -> None:
        latest = {"zero": 0.0, "one": 1.0, "two": 2.0, "inf": INF, "-inf": -INF, "nan": NAN}
        await store.start_run(new_run("without"))
        await store.append_points("without", {"other": points(1.0)})
        for run_id, last in latest.items():
            await store.start_run(new_run(run_id))
            await store.append_points(run_id, {"m": points(1.0, 5.0, last), "other": points(1.0)})
        query = RunQuery(metric=MetricCondition("m", Operator(op), value))
        rows = (await store.list_runs(query)).rows
        assert {row.run.id: row.matched for row in rows} == {
            name: latest[name] for name in expected
        }

    async def test_a_search_keeps_to_the_other_filters(self, store: Store) -> None:
        for run_id, experiment in (("a", "x"), ("b", "y"), ("hidden", "x")):
            await store.start_run(new_run(run_id, experiment=experiment))
            await store.append_points(run_id, {"m": points(1.0)})
        await store.set_archived("hidden", archived=True)
        condition = MetricCondition("m", Operator.GREATER, 0.0)
        assert await run_ids(store, RunQuery(experiment="x", metric=condition)) == ["a"]
        assert list((await store.run_keys(RunQuery(metric=condition))).metrics) == ["m"]
