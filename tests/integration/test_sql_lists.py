"""What lists ask of SQLite: few statements, in order from an index, whatever is asked."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from chachaml_kernel.domain.experiments import RECENT, Best, Ranking
from chachaml_kernel.domain.language.fields import KeyKind
from chachaml_kernel.domain.language.parser import parse
from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery, Sort
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import paged_run_ids
from chachaml_store_sql import SqlStore
from chachaml_store_sql.compiled import AT_ONCE
from chachaml_store_sql.keys import list_keys
from chachaml_store_sql.lists.conditions import FEW
from chachaml_store_sql.lists.runs import list_runs
from chachaml_store_sql.lists.trends import FEW as LITTLE
from chachaml_store_sqlite import StoreSqlite
from msgspec.structs import replace
from sqlalchemy import text

from tests.integration.plans import statements_of, steps_of

ABOVE = MetricCondition("loss", Operator.GREATER, 0.5)
LISTS = {
    "newest": RunQuery(),
    "newest, archived or not": RunQuery(archived=None),
    "oldest": RunQuery(sort=Sort(descending=False)),
    "of an experiment": RunQuery(experiment="default"),
    "without a parent": RunQuery(roots=True),
    "failed": RunQuery(status=RunStatus.FAILED),
    "of an author": RunQuery(created_by="me"),
    "of a name": RunQuery(name="mine"),
    "by a metric": RunQuery(sort=Sort("metric", "loss")),
    "found and sorted by a metric": RunQuery(sort=Sort("metric", "loss"), metric=ABOVE),
    "least of a metric": RunQuery(sort=Sort("metric", "loss", descending=False), metric=ABOVE),
    "by name": RunQuery(sort=Sort("name")),
    "by status": RunQuery(sort=Sort("status")),
}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    async with StoreSqlite(path=tmp_path / "chachaml.db").chachaml_store() as opened:
        assert isinstance(opened, SqlStore)
        yield opened


async def test_rows_are_found_by_any_number_of_keys(store: SqlStore) -> None:
    count = 2 * AT_ONCE + 3
    await store.start_run(new_run("run"))
    wanted = {f"key-{i}": i for i in range(count)}
    await store.log_params("run", wanted)
    await store.log_params("run", wanted)
    assert (await store.get_run("run")).params == dict(sorted(wanted.items()))


async def plan_of(store: SqlStore, query: RunQuery) -> list[str]:
    """Return what SQLite does for a list, a line a step."""
    return await steps_of(store, lambda c: list_runs(c, query))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE outcomes SET body = x'c1'",
        "UPDATE outcomes SET body = x'80'",
        "UPDATE outcomes SET ended_at = ended_at - 1, body = x'94a27b7d8090c0'",
        "DELETE FROM outcomes",
    ],
)
async def test_a_list_needs_no_outcome_and_believes_none_of_another_end(
    store: SqlStore, change: str
) -> None:
    await store.start_run(new_run("run"))
    await store.log_params("run", {"p": 1})
    await store.append_points("run", {"loss": points(0.5)})
    await store.end_run("run", RunStatus.COMPLETED, error=None, at=2_000)
    before = await store.list_runs(RunQuery())
    await store.write(lambda c: c.execute(text(change)))
    assert await store.list_runs(RunQuery()) == before


@pytest.mark.parametrize("headline", [(), ("accuracy",)])
async def test_a_list_takes_the_same_few_queries_however_long_it_is_and_reads_no_point(
    store: SqlStore, headline: tuple[str, ...]
) -> None:
    query = RunQuery(headline=headline)
    await store.start_run(new_run("run"))
    few = await statements_of(store, lambda c: list_runs(c, query))
    for number in range(50):
        await store.start_run(new_run(f"run-{number}"))
        await store.append_points(f"run-{number}", {"loss": points(*[0.5] * 50)})
    many = await statements_of(store, lambda c: list_runs(c, query))
    assert len(many) == len(few) == 5
    for run_id in ("run", *[f"run-{number}" for number in range(50)]):
        await store.end_run(run_id, RunStatus.COMPLETED, error=None, at=1)
    ended = await statements_of(store, lambda c: list_runs(c, query))
    assert len(ended) == 4
    assert not any("params" in sql or "series" in sql for sql in ended)
    assert not any("points" in sql or "chunks" in sql for sql in (*many, *ended))


@pytest.mark.parametrize("query", LISTS.values(), ids=LISTS)
async def test_a_list_is_read_in_its_order_from_an_index_and_its_next_page_too(
    store: SqlStore, query: RunQuery
) -> None:
    for number in range(3):
        await store.start_run(new_run(f"run-{number}", name="mine", created_by="me"))
        await store.append_points(f"run-{number}", {"loss": points(1.0 + number)})
        await store.end_run(f"run-{number}", RunStatus.FAILED, error=None, at=2_000)
    first = replace(query, limit=2)
    page = await store.list_runs(first)
    further = replace(first, after=page.next)
    assert (len(page.rows), len((await store.list_runs(further)).rows)) == (2, 1)
    for asked in (query, first, further):
        plan = await plan_of(store, asked)
        assert plan
        assert not [step for step in plan if step.startswith("SCAN") and "INDEX" not in step]
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan


async def test_where_few_runs_are_meant_they_are_found_before_they_are_sorted(
    store: SqlStore,
) -> None:
    await store.start_run(new_run("run"))
    await store.append_points("run", {"loss": points(1.0)})
    by_loss = Sort("metric", "loss")
    plan = await plan_of(store, RunQuery(experiment="default", sort=by_loss))
    assert "SEARCH runs USING INDEX runs_by_experiment (experiment_id=? AND archived=?)" in plan
    plan = await plan_of(store, RunQuery(metric=ABOVE))
    assert "SEARCH series USING COVERING INDEX series_by_latest (key=? AND last_value>?)" in plan


@pytest.mark.parametrize("sort", [Sort(), Sort("metric", "other"), Sort("param", "p")], ids=str)
@pytest.mark.parametrize(
    ("query", "steps"),
    [
        (
            "metric.loss < 1",
            ["series USING COVERING INDEX series_by_latest (key=? AND last_value<?)"],
        ),
        (
            "metric.loss = nan",
            ["series USING COVERING INDEX series_by_latest (key=? AND last_value=?)"],
        ),
        ("param.p = 1", ["params USING COVERING INDEX params_by_value (key=? AND number=?)"]),
        ("param.p = word", ["params USING INDEX params_by_value (key=? AND number=? AND brief=?)"]),
        ("tag.t = x and name = y", ["tags USING INDEX tags_by_value (key=? AND brief=?)"]),
        (
            "param.p > 1 or tag.t in (x, y)",
            [
                "params USING COVERING INDEX params_by_value (key=? AND number>?)",
                "tags USING INDEX tags_by_value (key=? AND brief=?)",
            ],
        ),
    ],
)
async def test_runs_are_found_by_what_few_have(
    store: SqlStore, query: str, steps: list[str], sort: Sort
) -> None:
    await store.start_run(new_run("run"))
    plan = await plan_of(store, RunQuery(where=parse(query), sort=sort))
    assert set(plan) >= {f"SEARCH {step}" for step in steps}
    assert "SCAN found" in plan or any(step.startswith("SCAN anon") for step in plan)
    assert not [step for step in plan if "SEARCH runs" in step and "(id=?)" not in step]


async def test_keys_are_listed_without_going_through_all_that_have_them(store: SqlStore) -> None:
    indexes: dict[KeyKind, str] = {
        "metric": "series USING COVERING INDEX series_by_latest (key>?)",
        "param": "params USING COVERING INDEX params_by_value (key>?)",
        "tag": "tags USING COVERING INDEX tags_by_value (key>?)",
    }
    for kind, index in indexes.items():
        plan = await steps_of(store, partial(list_keys, kind=kind, prefix="a", limit=5))
        assert plan.count(f"SEARCH {index}") == 2
        assert not [step for step in plan if step.startswith("SCAN") and step != "SCAN found"]


@pytest.mark.parametrize("count", [20, FEW + 20])
async def test_the_order_is_the_same_whether_few_or_many_runs_are_meant(
    store: SqlStore, count: int
) -> None:
    values = {f"{i:04}": float(i * 7919 % 101) for i in range(count)}
    await asyncio.gather(*(store.start_run(new_run(run_id, at=5)) for run_id in values))
    await asyncio.gather(
        *(store.append_points(run_id, {"loss": points(values[run_id])}) for run_id in values)
    )
    by_loss = Sort("metric", "loss")
    ordered = sorted(values, key=lambda run_id: (values[run_id], run_id), reverse=True)
    above = [run_id for run_id in ordered if values[run_id] > 0.5]
    mine = RunQuery(experiment="default", limit=70)
    assert await paged_run_ids(store, replace(mine, sort=by_loss)) == ordered
    assert await paged_run_ids(store, replace(mine, sort=by_loss, metric=ABOVE)) == above
    assert await paged_run_ids(store, replace(mine, metric=ABOVE)) == sorted(above, reverse=True)


@pytest.mark.parametrize("count", [20, LITTLE + 20])
async def test_the_best_is_found_whether_an_experiment_has_few_or_many_runs(
    store: SqlStore, count: int
) -> None:
    values = {f"{i:04}": float(i * 7919 % 9_973) for i in range(count)}
    await asyncio.gather(*(store.start_run(new_run(run_id)) for run_id in values))
    await asyncio.gather(
        *(store.append_points(run_id, {"loss": points(values[run_id])}) for run_id in values)
    )
    for descending, choose in ((True, max), (False, min)):
        wanted: str = choose(values, key=values.__getitem__)
        found = await store.trends({"default": Ranking("loss", descending=descending)})
        assert found["default"].best == Best(run_id=wanted, run_name=None, value=values[wanted])
        assert [run_id for run_id, _ in found["default"].recent] == sorted(values)[-RECENT:]
