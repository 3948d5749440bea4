"""What every store promises about how many runs there are."""
# ruff: noqa: D102  the name of a test is its docstring

import pytest

from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import run_ids


async def counts_of(store: Store, experiment: str) -> RunCounts:
    """Return the counts of an experiment, which it and its runs must agree on."""
    listed = (await store.list_experiments(limit=100)).rows
    [counts] = [one.counts for one in listed if one.name == experiment]
    assert counts == await store.count_runs(RunQuery(experiment=experiment))
    return counts


EVERY = RunCounts(running=1, completed=2, failed=1, archived=1)


@pytest.mark.asyncio
class CountSuite:
    """Runs are counted by status, by what a query asks of them, and as families."""

    async def test_nothing_is_counted_where_nothing_is(self, store: Store) -> None:
        assert await store.count_runs(RunQuery()) == RunCounts()
        assert await store.count_runs(RunQuery(experiment="nothing")) == RunCounts()

    async def test_counts_follow_the_life_of_a_run(self, store: Store) -> None:
        await store.start_run(new_run("r", experiment="x"))
        await store.start_run(new_run("other", experiment="y"))
        assert await counts_of(store, "x") == RunCounts(running=1)
        for _ in range(2):
            await store.end_run("r", RunStatus.FAILED, error=None, at=2_000)
            assert await counts_of(store, "x") == RunCounts(failed=1)
        for _ in range(2):
            await store.resume_run("r")
            assert await counts_of(store, "x") == RunCounts(running=1)
        await store.end_run("r", RunStatus.COMPLETED, error=None, at=2_000)
        assert await counts_of(store, "x") == RunCounts(completed=1)
        for _ in range(2):
            await store.set_archived("r", archived=True)
            assert await counts_of(store, "x") == RunCounts(archived=1)
        assert await store.count_runs(RunQuery()) == RunCounts(running=1, archived=1)
        await store.delete_run("r")
        assert await counts_of(store, "x") == RunCounts()
        assert await counts_of(store, "y") == RunCounts(running=1)

    async def test_an_archived_run_may_end_and_be_resumed(self, store: Store) -> None:
        await store.start_run(new_run("r", experiment="x"))
        await store.set_archived("r", archived=True)
        await store.end_run("r", RunStatus.COMPLETED, error=None, at=2_000)
        assert await counts_of(store, "x") == RunCounts(archived=1)
        await store.set_archived("r", archived=False)
        assert await counts_of(store, "x") == RunCounts(completed=1)
        await store.set_archived("r", archived=True)
        await store.resume_run("r")
        assert await counts_of(store, "x") == RunCounts(archived=1)
        await store.set_archived("r", archived=False)
        assert await counts_of(store, "x") == RunCounts(running=1)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (RunQuery(), EVERY),
            (RunQuery(experiment="x"), RunCounts(running=1, completed=1, archived=1)),
            (
                RunQuery(status=RunStatus.FAILED),
                EVERY,
            ),
            (
                RunQuery(archived=True, limit=1),
                EVERY,
            ),
            (RunQuery(created_by="ada"), RunCounts(running=1, failed=1)),
            (RunQuery(created_by="ada", experiment="x"), RunCounts(running=1)),
            (RunQuery(name="base"), RunCounts(running=1)),
            (RunQuery(parent_run_id="a"), RunCounts(completed=1, archived=1)),
            (RunQuery(roots=True), RunCounts(running=1, completed=1, failed=1)),
            (RunQuery(roots=True, experiment="x"), RunCounts(running=1)),
            (RunQuery(tags={"team": "x"}), RunCounts(completed=1, archived=1)),
            (RunQuery(params={"lr": "1e-2"}), RunCounts(completed=2)),
            (
                RunQuery(metric=MetricCondition("m", Operator.GREATER, 1.0)),
                RunCounts(completed=1, failed=1),
            ),
        ],
    )
    async def test_a_query_is_counted_by_status(
        self, store: Store, query: RunQuery, expected: RunCounts
    ) -> None:
        for run in (
            new_run("a", experiment="x", name="base", created_by="ada"),
            new_run("b", experiment="x", parent="a", tags={"team": "x"}),
            new_run("c"),
            new_run("d", created_by="ada"),
            new_run("hidden", experiment="x", parent="a", tags={"team": "x"}),
        ):
            await store.start_run(run)
        for run_id, value in (("b", 1.0), ("c", 2.0), ("d", 3.0)):
            await store.append_points(run_id, {"m": points(value)})
        for run_id in ("b", "c"):
            await store.log_params(run_id, {"lr": 0.01})
            await store.end_run(run_id, RunStatus.COMPLETED, error=None, at=2_000)
        await store.end_run("d", RunStatus.FAILED, error=None, at=2_000)
        await store.set_archived("hidden", archived=True)
        assert await store.count_runs(query) == expected

    async def test_a_list_may_leave_children_out_and_count_them_instead(self, store: Store) -> None:
        for run in (
            new_run("root", at=1_000),
            new_run("other", at=2_000),
            new_run("child", at=3_000, parent="root"),
            new_run("hidden", at=4_000, parent="root"),
            new_run("grandchild", at=5_000, parent="child"),
        ):
            await store.start_run(run)
        await store.set_archived("hidden", archived=True)
        assert await run_ids(store, RunQuery(roots=True)) == ["other", "root"]
        await store.set_archived("root", archived=True)
        assert await run_ids(store, RunQuery(roots=True)) == ["child", "other"]
        await store.set_archived("root", archived=False)
        rows = (await store.list_runs(RunQuery(archived=None))).rows
        assert {row.run.id: row.children for row in rows} == {
            "root": 1,
            "other": 0,
            "child": 1,
            "hidden": 0,
            "grandchild": 0,
        }
