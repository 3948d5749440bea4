"""What every store promises about lists of runs that a query of the language chooses."""
# ruff: noqa: D102  the name of a test is its docstring

from collections.abc import Mapping, Sequence
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from chachaml_kernel.domain.language.meaning import Subject, holds
from chachaml_kernel.domain.language.parser import MAX_TERMS, MAX_VALUES, parse
from chachaml_kernel.domain.language.printing import printed
from chachaml_kernel.domain.language.tree import Expression
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery, Sort
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import AT, new_run, points
from chachaml_kernel.testing.drawn import examples
from chachaml_kernel.testing.expressions import (
    TEXTS,
    TIMES,
    expressions,
    some_metrics,
    some_params,
    some_tags,
)
from chachaml_kernel.testing.reading import paged_run_ids, run_ids

NUMBERS = count()
HEADLINE = ("a",)


class Given(Struct, frozen=True, kw_only=True):
    """A run as a test is given it."""

    name: str | None
    user: str | None
    params: Mapping[str, JsonValue]
    tags: Mapping[str, str]
    metrics: Mapping[str, Sequence[float]]
    note: str
    error: str | None
    started: int
    ended: int | None
    archived: bool


names = st.none() | st.sampled_from([text for text in TEXTS if text])
runs = st.builds(
    Given,
    name=names,
    user=names,
    params=some_params,
    tags=some_tags,
    metrics=some_metrics,
    note=st.sampled_from(TEXTS),
    error=st.none() | st.sampled_from(TEXTS),
    started=st.sampled_from(TIMES),
    ended=st.none() | st.sampled_from(TIMES),
    archived=st.booleans(),
)


async def log(store: Store, experiment: str, given: Given, *, parent: str | None) -> str:
    """Store a run; return its id."""
    run_id = f"run-{next(NUMBERS)}"
    await store.start_run(
        new_run(
            run_id,
            at=given.started,
            experiment=experiment,
            name=given.name,
            created_by=given.user,
            parent=parent,
            tags=given.tags,
        )
    )
    await store.log_params(run_id, given.params)
    for key, values in given.metrics.items():
        await store.append_points(run_id, {key: points(*values)})
    await store.set_note(run_id, given.note, saved=Saved(AT))
    if given.ended is not None:
        await store.end_run(run_id, RunStatus.FAILED, error=given.error, at=given.ended)
    await store.set_archived(run_id, archived=given.archived)
    return run_id


async def subject(store: Store, run_id: str) -> Subject:
    """Return what a store says about a run, as a query sees it."""
    detail = await store.get_run(run_id, headline=HEADLINE)
    return Subject(
        run=detail.run,
        params=detail.params,
        metrics={metric.key: metric for metric in detail.metrics},
        tags=detail.tags,
        note=detail.note,
        headline=None if detail.headline is None else detail.headline.value,
    )


@pytest.mark.asyncio
class QuerySuite:
    """`where` chooses what `chachaml_kernel.domain.language.meaning.holds` says, beside all else.

    What is relative to now was made a time before; a store is given none of that.
    """

    @given(given=st.lists(runs, max_size=5), asked=st.lists(expressions, min_size=1, max_size=8))
    @examples(60)
    async def test_any_query_chooses_the_runs_that_it_holds_for(
        self, store: Store, given: list[Given], asked: list[Expression]
    ) -> None:
        experiment, ids = f"experiment-{next(NUMBERS)}", list[str]()
        for each in given:
            ids.append(await log(store, experiment, each, parent=ids[0] if ids else None))
        subjects = {run_id: await subject(store, run_id) for run_id in ids}
        all_runs = RunQuery(experiment=experiment, archived=None, headline=HEADLINE)
        for where in asked:
            expected = {run_id for run_id in ids if holds(where, subjects[run_id])}
            found = await run_ids(store, replace(all_runs, where=where))
            assert set(found) == expected, printed(where)
            assert len(found) == len(expected)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("metric.loss < 1", "b"),
            ("metric.loss < 1 or metric.loss = nan", "bn"),
            ("not metric.loss < 1", "acn"),
            ("metric.loss:min = 0.25", "b"),
            ("metric.loss:max >= 3 and metric.loss:count = 2", "ab"),
            ("metric.loss is null", "c"),
            ("headline > 0", "abc"),
            ("param.lr in (0.1, adam)", "ac"),
            ("param.lr != 0.1", "bc"),
            ("param.lr is null", "n"),
            ('param.lr ~ "DAM"', "c"),
            ("tag.keep = yes and not tag.keep = no", "a"),
            ("tag.keep is not null or name = c", "abc"),
            ('name in (a, "b")', "ab"),
            ("experiment = default and status = failed", "c"),
            ("error ~ memory", "c"),
            ("duration >= 5s", "c"),
            ("started < 1970-01-01T00:00:01.002Z", "ab"),
            ("ended is null and started >= 1001", "bn"),
            ("parent = a", "b"),
            ("user = ada", "a"),
            ("note ~ careful", "n"),
            ("id = a or archived = true", "a"),
        ],
    )
    async def test_a_query_says_which_runs(self, store: Store, query: str, expected: str) -> None:
        for number, run_id in enumerate("abcn"):
            parent, user = ("a", None) if run_id == "b" else (None, "ada" if not number else None)
            new = new_run(run_id, at=1_000 + number, name=run_id, parent=parent, created_by=user)
            await store.start_run(new)
        for run_id, values in {"a": (1.0, 3.0), "b": (3.0, 0.25), "n": (float("nan"),)}.items():
            await store.append_points(run_id, {"loss": points(*values)})
        await store.append_points("c", {"other": points(1.0)})
        lr: dict[str, JsonValue] = {"a": 0.1, "b": "0.1", "c": "adam"}
        for run_id, value in lr.items():
            await store.log_params(run_id, {"lr": value})
        await store.set_tag("a", "keep", "yes")
        await store.set_tag("b", "keep", "no")
        await store.set_note("n", "be Careful", saved=Saved(1_000))
        await store.end_run("c", RunStatus.FAILED, error="out of memory", at=6_002)
        assert sorted(await run_ids(store, RunQuery(where=parse(query)))) == list(expected)

    @pytest.mark.parametrize(
        "sort",
        [
            Sort(),
            Sort("name"),
            Sort("status"),
            Sort("duration"),
            Sort("headline"),
            Sort("metric", "m"),
            Sort("metric", "m", descending=False),
            Sort("metric", "other"),
            Sort("param", "p"),
            Sort("tag", "t"),
        ],
        ids=str,
    )
    @pytest.mark.parametrize(
        "query",
        [
            "metric.m > 2",
            "metric.m > 2 and metric.m < 6",
            "metric.m = nan or param.p in (1, 2)",
            'tag.t = x and metric.m > 1 and param.p = "word"',
            "metric.missing is null and not metric.m < 4",
        ],
    )
    async def test_it_goes_with_every_filter_order_and_page(
        self, store: Store, query: str, sort: Sort
    ) -> None:
        where = parse(query)
        assert where is not None
        values = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, float("nan"))
        for i, value in enumerate(values):
            await store.start_run(new_run(f"r{i}", at=1_000 + i // 2, created_by="ada"))
            await store.log_params(f"r{i}", {"p": i if i % 2 else "word"})
            await store.append_points(f"r{i}", {"m": points(value)})
            await store.set_tag(f"r{i}", "t", "xxy"[i % 3])
        metric = MetricCondition("m", Operator.LESS, 6.0)
        for beside in (RunQuery(), RunQuery(created_by="ada"), RunQuery(metric=metric)):
            asked = replace(beside, where=where, sort=sort)
            in_order = await run_ids(store, replace(beside, sort=sort))
            chosen = [run for run in in_order if holds(where, await subject(store, run))]
            assert await run_ids(store, asked) == chosen
            assert await paged_run_ids(store, replace(asked, limit=2)) == chosen

    @pytest.mark.parametrize(
        "query",
        [
            " or ".join(f"metric.m{i} < {i}" for i in range(MAX_TERMS)),
            " and ".join(f"not headline = {i}" for i in range(MAX_TERMS)),
            " or ".join(f"tag.t{i} = {i}" for i in range(MAX_TERMS)),
            "not (" * 25 + " or ".join(f"param.p{i} != {i}" for i in range(MAX_TERMS)) + ")" * 25,
            *(
                f"{field} {operator} ({', '.join(map(str, range(MAX_VALUES)))})"
                for field in ("headline", "metric.m", "param.p", "tag.t", "name", "experiment")
                for operator in ("in", "not in")
            ),
            "param.p in (" + ", ".join(f"{i}, a{i}" for i in range(MAX_VALUES // 2)) + ")",
            f'name ~ "{"%" * 250}"',
        ],
        ids=lambda query: query[:20],
    )
    async def test_the_largest_queries_are_answered(self, store: Store, query: str) -> None:
        await store.start_run(new_run("r", name="0", experiment="0", tags={"t": "0"}))
        await store.log_params("r", {"p": 0})
        await store.append_points("r", {"m": points(0.0)})
        where = parse(query)
        assert where is not None
        expected = ["r"] if holds(where, await subject(store, "r")) else []
        assert await run_ids(store, RunQuery(where=where, headline=HEADLINE)) == expected

    async def test_keys_are_those_of_runs_that_a_query_chooses(self, store: Store) -> None:
        for run_id in ("a", "b"):
            await store.start_run(new_run(run_id, tags={f"t-{run_id}": ""}))
            await store.log_params(run_id, {f"p-{run_id}": 1})
            await store.append_points(run_id, {f"m-{run_id}": points(1.0)})
        keys = await store.run_keys(RunQuery(where=parse("param.p-a = 1")))
        assert (keys.params, keys.metrics, keys.tags) == (["p-a"], ["m-a"], ["t-a"])
