"""What the SQL that stores share asks of a database, and that each can read it."""

import asyncio
import inspect
import math
import pkgutil
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any, get_args

import chachaml_store_sql
import pytest
from chachaml_kernel.domain.experiments import RECENT, Best, Ranking
from chachaml_kernel.domain.language.fields import KeyKind
from chachaml_kernel.domain.language.parser import parse
from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery, Sort, SortBy
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import paged_run_ids
from chachaml_store_sql import SqlStore
from chachaml_store_sql.compiled import AT_ONCE, Build, Statement, compiled, statement
from chachaml_store_sql.keys import list_keys
from chachaml_store_sql.lists.conditions import CONDITIONS, FEW, OWN
from chachaml_store_sql.lists.filters import Shape
from chachaml_store_sql.lists.keyset import Key, fits
from chachaml_store_sql.lists.pages import page_statement
from chachaml_store_sql.lists.runs import list_runs, run_tiers
from chachaml_store_sql.lists.trends import FEW as LITTLE
from chachaml_store_sql.schema import runs, series
from chachaml_store_sql.series.batches import batch_of
from chachaml_store_sqlite import StoreSqlite
from sqlalchemy import Dialect, Executable, Select, bindparam, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from tests.integration.plans import statements_of, steps_of

DIALECTS = [PGDialect_psycopg, PGDialect_asyncpg, SQLiteDialect_pysqlite]
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

every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    async with StoreSqlite(path=tmp_path / "chachaml.db").chachaml_store() as opened:
        assert isinstance(opened, SqlStore)
        yield opened


def builders() -> Iterator[Build]:
    """Yield all functions of the package that build a statement for a dialect."""
    for module in pkgutil.walk_packages(chachaml_store_sql.__path__, "chachaml_store_sql."):
        if ".migrations" in module.name:
            continue
        for _, function in inspect.getmembers(import_module(module.name), inspect.isfunction):
            signature = inspect.signature(function)
            takes = [parameter.annotation for parameter in signature.parameters.values()]
            if takes == [Dialect] and signature.return_annotation in (Executable, Select[Any]):
                yield function


def is_complete(hot: Statement) -> bool:
    """Tell whether a driver can run a statement as it is, without SQLAlchemy's last touches."""
    return "POSTCOMPILE" not in hot.sql and (hot.names is None or set(hot.fixed) <= set(hot.names))


@every_dialect
def test_every_statement_that_is_compiled_once_is_written_for_each_database(
    dialect: type[Dialect],
) -> None:
    own = dialect()
    written = {
        f"{build.__module__.rpartition('.')[2]}.{build.__name__}": statement(build, own)
        for build in builders()
    }
    assert len(written) > 15
    assert all(map(is_complete, written.values()))
    for name in ("experiments._note_named", "annotations._set_tag", "once._take"):
        assert "ON CONFLICT" in written[name].sql
    assert ("FOR UPDATE" in written["runs._lock_status"].sql) == (dialect.name == "postgresql")


@every_dialect
def test_the_statements_of_appends_are_written_for_each_database(dialect: type[Dialect]) -> None:
    assert "ON CONFLICT" in batch_of(dialect(), "extend", 2).statement.sql
    statuses = batch_of(dialect(), "statuses", 2).statement.sql
    assert ("FOR SHARE" in statuses) == (dialect.name == "postgresql")


def shape_of(kind: str) -> Shape:
    """Return a shape with this kind of condition, with as many values as it takes."""
    if kind in ("and", "or", "not"):
        return kind, 0, (("nothing", 0, ()),)
    if kind in ("found", "among"):
        return kind, 0, (shape_of("rows tag in"), shape_of("rows metric <"))
    if kind == "nothing" or kind in {f"{name} there" for name in (*OWN, "headline")}:
        return kind, 0, ()
    before = 1 if re.match(r"(rows )?(metric|param|tag)", kind) else 0
    parts: tuple[Shape, ...] = (("keys", 2, ()),) if kind.startswith("headline") else ()
    if kind.endswith((" there", " is nan", " is number")):
        return kind, before, parts
    several = 4 if kind.endswith(" in") else 2 if kind == "param text or number" else 1
    return kind, before + several, parts


@every_dialect
def test_every_list_of_runs_is_written_for_each_database(dialect: type[Dialect]) -> None:
    own = dialect()
    filters = tuple(shape_of(kind) for kind in CONDITIONS if not kind.startswith(("rows", "keys")))
    for by, descending, further in product(get_args(SortBy), (False, True), (False, True)):
        joined = by == "metric"
        some = tuple(each for each in filters if joined or not each[0].startswith("joined"))
        for few in (False, True):
            listed = run_tiers(
                some, by, descending=descending, preferred=2, few=few, numbers_only=joined
            )
            for tier in listed:
                assert is_complete(page_statement(tier, own, further=further))


@every_dialect
def test_values_are_given_as_each_driver_takes_them(dialect: type[Dialect]) -> None:
    own = dialect()
    hot = compiled(select(bindparam("a") + 1, bindparam("b"), bindparam("a")), own)
    given = hot.arguments({"a": 5, "b": "x"})
    if hot.names is None:
        assert {"a": 5, "b": "x"}.items() <= given.items()
        assert 1 in given.values()
    else:
        assert set(given) == {5, 1, "x"}
        assert given.index("x") == hot.names.index("b")


@pytest.mark.parametrize(
    ("key", "taken", "refused"),
    [
        (Key(runs.c.started_at), [0, -(2**63)], [1.5, 1e300, 2**63, True, "1", None]),
        (Key(runs.c.ended_at - runs.c.started_at), [5], [5.5, math.inf]),
        (Key(series.c.last_value), [0, 0.5, math.inf], [math.nan, 2**63, True, "1", None]),
        (Key(runs.c.name), ["", "x"], ["\0", 1, None]),
    ],
    ids=["whole number", "expression", "number", "text"],
)
def test_a_position_has_only_what_every_database_can_compare(
    key: Key, taken: list[str | float], refused: list[str | float | None]
) -> None:
    assert all(fits([key], (value,)) for value in taken)
    assert not any(fits([key], (value,)) for value in refused)


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
    assert not any("points" in sql or "chunks" in sql for sql in many)


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
