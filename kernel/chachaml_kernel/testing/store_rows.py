"""What every store promises about a run's row in lists, whatever is done to the run."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio
import itertools
import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chachaml_kernel.domain.keeping import Batch, Block, WholeRun
from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery
from chachaml_kernel.domain.runs import Headline, Run, RunRow, RunStatus
from chachaml_kernel.errors import Conflict, NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.drawn import examples

RUN_IDS = itertools.count()
NEWEST = RunQuery()

KEYS = st.sampled_from(["m", "n", "a/b", 'q"\\ü\U0001f600'])
PARAMS: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 2**70, -(2**63), 0.1, -0.0, 1e300, "", 'a"\\\n', [1, {"x": "y"}], {"k": []}]
)
VALUES = st.sampled_from([0.5, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1e300])
STEPS = st.none() | st.sampled_from([0, 7, -(2**63), 2**63 - 1])
DONE = st.lists(
    st.one_of(
        st.tuples(st.just("params"), st.dictionaries(KEYS, PARAMS, min_size=1)),
        st.tuples(st.sampled_from(["points", "load points"]), st.tuples(KEYS, VALUES, STEPS)),
        st.tuples(st.just("tag"), st.tuples(KEYS, st.sampled_from(["", "x", 'y"']))),
        st.tuples(st.just("untag"), KEYS),
        st.tuples(st.sampled_from(["end", "resume", "load", "load running"]), st.none()),
    ),
    min_size=1,
    max_size=12,
)


async def do(store: Store, run_id: str, what: str, how: Any) -> None:  # noqa: ANN401  (see DONE)
    """Do one of the things that `DONE` draws."""
    match what:
        case "params":
            await store.log_params(run_id, how)
        case "points":
            key, value, step = how
            await store.append_points(run_id, {key: points(value, steps=[step])})
        case "load points":
            key, value, step = how
            await store.load_points([Block(run_id, key, points(value, steps=[step]))])
        case "tag":
            await store.set_tag(run_id, *how)
        case "untag":
            await store.delete_tag(run_id, how)
        case "end":
            await store.end_run(run_id, RunStatus.COMPLETED, error=None, at=2_000)
        case "resume":
            await store.resume_run(run_id)
        case "load":
            found = await store.get_run(run_id)
            await store.load(Batch(runs=[WholeRun(run=found.run, params={"loaded": 1})]))
        case "load running":
            found = await store.get_run(run_id)
            run = replace(found.run, status=RunStatus.RUNNING, ended_at=None, error=None)
            await store.load(Batch(runs=[WholeRun(run=run)]))


async def row_of(store: Store, run_id: str, query: RunQuery = NEWEST) -> RunRow:
    """Return the row in a list of a run that is the only one of an experiment with its id."""
    [row] = (await store.list_runs(replace(query, experiment=run_id))).rows
    return row


async def said(store: Store, run_id: str, headline: tuple[str, ...] = ()) -> tuple[str, str]:
    """Return what a list and what the run itself says of it, as texts that can be compared."""
    row = await row_of(store, run_id, RunQuery(headline=headline))
    whole = await store.get_run(run_id, headline=headline)
    latest = {metric.key: metric.value for metric in whole.metrics}
    listed = _text(row.run, row.headline, row.params, row.tags, row.latest)
    return listed, _text(whole.run, whole.headline, whole.params, whole.tags, latest)


def _text(run: Run, headline: Headline | None, *by_key: Mapping[str, object]) -> str:
    """Return a text that NaN and zeros of both signs have their own of."""
    return repr((run, headline, [sorted(values.items()) for values in by_key]))


@pytest.mark.asyncio
class RowSuite:
    """A row says at any time what the run itself does."""

    @given(done=DONE, preferred=st.sampled_from([(), ("n", "m")]))
    @examples(40)
    async def test_a_row_says_what_the_run_does(
        self, store: Store, done: list[tuple[str, Any]], preferred: tuple[str, ...]
    ) -> None:
        run_id = f"row{next(RUN_IDS)}"
        await store.start_run(new_run(run_id, experiment=run_id))
        for what, how in done:
            try:
                await do(store, run_id, what, how)
            except (Conflict, NotFound):
                continue  # a param that is another already, or a run that takes no writes
            row, whole = await said(store, run_id, preferred)
            assert row == whole

    async def test_a_run_that_goes_on_has_its_new_points_in_lists(self, store: Store) -> None:
        await store.start_run(new_run("r", experiment="r"))
        await store.append_points("r", {"m": points(1.0)})
        await store.end_run("r", RunStatus.FAILED, error="broke", at=2_000)
        await store.resume_run("r")
        await store.append_points("r", {"m": points(2.0), "n": points(3.0, steps=[9])})
        await store.log_params("r", {"p": 1})
        for _ in range(2):
            above = MetricCondition("m", Operator.GREATER, 1.5)
            row = await row_of(store, "r", RunQuery(metric=above))
            assert (row.latest, row.params, row.matched) == ({"m": 2.0, "n": 3.0}, {"p": 1}, 2.0)
            assert row.headline is not None
            assert (row.headline.key, row.headline.step) == ("n", 9)
            await store.end_run("r", RunStatus.COMPLETED, error=None, at=3_000)

    async def test_a_row_is_right_whatever_raced(self, store: Store) -> None:
        await store.start_run(new_run("r", experiment="r"))

        async def attempt(what: str, how: Any) -> None:  # noqa: ANN401
            with suppress(NotFound):
                await do(store, "r", what, how)

        for number in range(10):
            racing = [
                *(attempt("points", (f"m{key}", float(number), number)) for key in range(5)),
                *(attempt("params", {f"p{number}-{key}": key}) for key in range(5)),
                *(attempt("load points", (f"m{key}", 0.5, number)) for key in range(3)),
                *(attempt(what, None) for what in ("end", "resume", "end", "resume", "end")),
            ]
            await asyncio.gather(*racing)
            row, whole = await said(store, "r")
            assert row == whole

    async def test_a_run_that_is_replaced_has_nothing_of_what_it_was(self, store: Store) -> None:
        for run_id in ("r", "s"):
            await store.start_run(new_run(run_id, experiment=run_id))
            await do(store, run_id, "params", {"p": 1})
            await do(store, run_id, "points", ("m", 1.0, None))
            await do(store, run_id, "end", None)
        await do(store, "r", "load", None)
        await do(store, "s", "load running", None)
        rows = [await row_of(store, run_id) for run_id in ("r", "s")]
        assert [(row.params, row.latest) for row in rows] == [({"loaded": 1}, {}), ({}, {})]
        await do(store, "r", "load points", ("m", 2.0, 3))
        assert (await row_of(store, "r")).latest == {"m": 2.0}

    async def test_a_run_with_the_id_of_a_deleted_one_has_nothing_of_it(self, store: Store) -> None:
        await store.start_run(new_run("r", experiment="r"))
        await store.log_params("r", {"p": 1})
        await store.append_points("r", {"m": points(1.0)})
        await store.end_run("r", RunStatus.COMPLETED, error=None, at=2_000)
        await store.set_archived("r", archived=True)
        await store.delete_run("r")
        await store.start_run(new_run("r", experiment="r"))
        row = await row_of(store, "r")
        assert (row.params, row.latest, row.headline) == ({}, {}, None)
