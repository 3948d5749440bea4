"""Counts and groups over all runs of a query: what is looked at for them."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from chachaml_kernel.domain.groups import Grouping
from chachaml_kernel.domain.language.parser import parse
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.testing.builders import new_run, points
from chachaml_store_sql import SqlStore
from chachaml_store_sql.lists.counts import count_runs
from chachaml_store_sql.lists.groups import group_runs
from chachaml_store_sqlite import StoreSqlite

from tests.integration.plans import steps_of


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    async with StoreSqlite(path=tmp_path / "chachaml.db").chachaml_store() as opened:
        assert isinstance(opened, SqlStore)
        for number in range(3):
            await opened.start_run(new_run(f"run-{number}", tags={"t": "x"}))
            await opened.append_points(f"run-{number}", {"loss": points(float(number))})
        yield opened


@pytest.mark.parametrize("way", ["counted", "grouped"])
@pytest.mark.parametrize(
    ("query", "count", "index"),
    [
        ("tag.t = x and metric.loss < 1", 1, "series_by_latest (key=? AND last_value<?)"),
        ("metric.loss < 2 and tag.t = y", 0, "tags_by_value (key=? AND brief=?)"),
        ("tag.t = x or metric.loss < 1", 3, "tags_by_value (key=? AND brief=?)"),
    ],
)
async def test_runs_are_found_at_once_by_what_the_fewest_have(
    store: SqlStore, way: str, query: str, count: int, index: str
) -> None:
    wanted, grouping = RunQuery(where=parse(query)), Grouping(by="status")
    if way == "counted":
        assert (await store.count_runs(wanted)).running == count
        plan = await steps_of(store, partial(count_runs, query=wanted))
    else:
        groups = (await store.group_runs(wanted, grouping)).rows
        assert sum(group.count for group in groups) == count
        plan = await steps_of(store, partial(group_runs, query=wanted, grouping=grouping))
    # Steps before this one tell which of the filters the fewest satisfy.
    begin = next(place for place, step in enumerate(plan) if step.startswith("LIST SUBQUERY"))
    assert [step for step in plan[begin:] if index in step]
    if way == "counted":
        assert plan[begin - 1] == "SEARCH runs USING INDEX sqlite_autoindex_runs_1 (id=?)"
