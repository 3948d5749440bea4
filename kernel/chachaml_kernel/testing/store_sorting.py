"""What every store promises about the order of runs, and about paging through it."""
# ruff: noqa: D102  the name of a test is its docstring

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import product

import pytest

from chachaml_kernel.domain.query import RunQuery, Sort, SortBy
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import Invalid
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import paged_run_ids, run_ids

NAN, INF = math.nan, math.inf
WORDS = ["B", "a", "z", "é", "\uff5e", "🙂"]
"""By code point, which is neither the order of a locale nor that of UTF-16."""
SORTS = [
    Sort("started_at"),
    Sort("name"),
    Sort("status"),
    Sort("duration"),
    Sort("headline"),
    Sort("metric", "m"),
    Sort("param", "p"),
    Sort("tag", "t"),
]
FORGED = [None, True, 1, 2**63, 1.5, 1e300, INF, NAN, "", "\0"]
"""Parts of positions, few of which any list has."""


async def assert_order(
    store: Store, by: SortBy, *, ascending: Sequence[str], descending: Sequence[str], key: str = ""
) -> None:
    """Check both directions of a sort, whole and in pages of every size."""
    for direction, expected in ((False, ascending), (True, descending)):
        query = RunQuery(sort=Sort(by, key, direction), headline=("accuracy",), archived=None)
        assert await run_ids(store, query) == list(expected)
        for limit in range(1, len(expected) + 2):
            page = RunQuery(sort=query.sort, headline=query.headline, archived=None, limit=limit)
            assert await paged_run_ids(store, page) == list(expected)


async def start(store: Store, *run_ids: str) -> None:
    """Start runs, each a second after the one before."""
    for i, run_id in enumerate(run_ids):
        await store.start_run(new_run(run_id, at=1_000 * (i + 1)))


@pytest.mark.asyncio
class SortingSuite:
    """Rows without the value come last in both directions; equal ones come newest first.

    Newest is by start, then by id. Texts are in the order of their code points. Of the values of
    metrics, the infinities are the ends, and NaN comes behind them in both directions. Params that
    are numbers come before all others, which are sorted by the text that a filter finds them by.
    """

    async def test_by_start(self, store: Store) -> None:
        for run_id, at in (("b", 2_000), ("c", 1_000), ("a", 2_000), ("d", 3_000)):
            await store.start_run(new_run(run_id, at=at))
        await assert_order(
            store, "started_at", ascending=["c", "b", "a", "d"], descending=["d", "b", "a", "c"]
        )

    async def test_by_name(self, store: Store) -> None:
        names = [*reversed(WORDS), None, "a", None]
        for i, name in enumerate(names):
            await store.start_run(new_run(str(i), at=1_000 + i, name=name))
        await assert_order(
            store,
            "name",
            ascending=["5", "7", "4", "3", "2", "1", "0", "8", "6"],
            descending=["0", "1", "2", "3", "7", "4", "5", "8", "6"],
        )

    async def test_by_status(self, store: Store) -> None:
        await start(store, "a", "b", "c", "d")
        await store.end_run("b", RunStatus.FAILED, error=None, at=9_000)
        await store.end_run("c", RunStatus.COMPLETED, error=None, at=9_000)
        await assert_order(
            store, "status", ascending=["c", "b", "d", "a"], descending=["d", "a", "b", "c"]
        )

    async def test_by_duration(self, store: Store) -> None:
        await start(store, "a", "b", "running", "c")
        for run_id, at in (("a", 9_000), ("b", 3_000), ("c", 5_000)):
            await store.end_run(run_id, RunStatus.COMPLETED, error=None, at=at)
        await assert_order(
            store,
            "duration",
            ascending=["c", "b", "a", "running"],
            descending=["a", "c", "b", "running"],
        )

    async def test_by_tag(self, store: Store) -> None:
        tags = [*reversed(WORDS), None, "a", None, ""]
        for i, tag in enumerate(tags):
            new = new_run(str(i), at=1_000 + i, tags={"x": "x"} if tag is None else {"t": tag})
            await store.start_run(new)
        await assert_order(
            store,
            "tag",
            key="t",
            ascending=["9", "5", "7", "4", "3", "2", "1", "0", "8", "6"],
            descending=["0", "1", "2", "3", "7", "4", "5", "9", "8", "6"],
        )

    async def test_by_param(self, store: Store) -> None:
        params: Mapping[str, JsonValue] = {
            "ten": 10,
            "list": [3],
            "two": 2.0,
            "word": "Adam",
            "text ten": "10",
            "minus": -1e300,
            "true": True,
            "null": None,
            "also two": 2,
        }
        await start(store, "without", *params, "empty")
        for run_id, value in params.items():
            await store.log_params(run_id, {"p": value, "q": 0})
        await store.log_params("empty", {"p": ""})
        numbers = ["minus", "also two", "two", "ten"]
        texts = ["empty", "text ten", "word", "list", "null", "true"]
        await assert_order(
            store,
            "param",
            key="p",
            ascending=[*numbers, *texts, "without"],
            descending=["ten", "also two", "two", "minus", *reversed(texts), "without"],
        )

    async def test_by_metric(self, store: Store) -> None:
        latest = {"a": 1.0, "nan": NAN, "inf": INF, "b": -2.5, "-inf": -INF, "c": 1.0, "zero": 0.0}
        await start(store, *latest, "-zero", "without")
        for run_id, value in latest.items():
            await store.append_points(run_id, {"m": points(7.0, value), "other": points(3.0)})
        await store.append_points("-zero", {"m": points(-0.0)})
        await assert_order(
            store,
            "metric",
            key="m",
            ascending=["-inf", "b", "-zero", "zero", "c", "a", "inf", "nan", "without"],
            descending=["inf", "c", "a", "-zero", "zero", "b", "-inf", "nan", "without"],
        )

    async def test_by_headline(self, store: Store) -> None:
        await start(store, "a", "b", "nan", "c", "without")
        await store.append_points("a", {"accuracy": points(0.5), "loss": points(9.0)})
        await store.append_points("b", {"accuracy": points(0.9), "loss": points(0.1)})
        await store.append_points("c", {"loss": points(0.7)})
        await store.append_points("nan", {"accuracy": points(NAN), "loss": points(0.7)})
        await assert_order(
            store,
            "headline",
            ascending=["a", "c", "b", "nan", "without"],
            descending=["b", "c", "a", "nan", "without"],
        )

    @pytest.mark.parametrize("sort", SORTS, ids=str)
    @pytest.mark.parametrize("alike", ["all equal", "all missing"])
    async def test_runs_that_are_alike_are_paged_newest_first(
        self, store: Store, sort: Sort, alike: str
    ) -> None:
        for run_id in ("c", "a", "d", "b"):
            await store.start_run(new_run(run_id, at=1_000))
            if alike == "all equal":
                await store.append_points(run_id, {"m": points(1.0)})
                await store.log_params(run_id, {"p": "x"})
                await store.set_tag(run_id, "t", "x")
                await store.end_run(run_id, RunStatus.COMPLETED, error=None, at=2_000)
        for limit in range(1, 6):
            query = RunQuery(sort=sort, limit=limit)
            assert await paged_run_ids(store, query) == ["d", "c", "b", "a"]

    async def test_paging_stays_in_place_when_rows_come_and_go(self, store: Store) -> None:
        await start(store, "a", "b", "c", "d")
        first = await store.list_runs(RunQuery(limit=2))
        assert [row.run.id for row in first.rows] == ["d", "c"]
        await store.start_run(new_run("newer", at=9_000))
        await store.set_archived("c", archived=True)
        await store.delete_run("c")
        second = await store.list_runs(RunQuery(limit=2, after=first.next))
        assert [row.run.id for row in second.rows] == ["b", "a"]
        assert second.next is None

    @pytest.mark.parametrize("sort", SORTS, ids=str)
    async def test_a_forged_position_is_refused_or_taken_for_one(
        self, store: Store, sort: Sort
    ) -> None:
        await start(store, "a", "b")
        await store.append_points("a", {"m": points(INF)})
        forged = [(), *product((0, 1), FORGED, FORGED), *product((0,), FORGED, FORGED, FORGED)]
        for position in forged:
            with suppress(Invalid):
                await store.list_runs(RunQuery(sort=sort, after=position))

    async def test_a_filtered_list_is_paged_as_well(self, store: Store) -> None:
        for i in range(7):
            await store.start_run(new_run(str(i), at=1_000 + i, experiment="xy"[i % 2]))
        for limit in range(1, 5):
            query = RunQuery(experiment="x", limit=limit, sort=Sort("name"))
            assert await paged_run_ids(store, query) == ["6", "4", "2", "0"]
