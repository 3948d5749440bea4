"""What every store promises about which runs a list has, and what each row says."""
# ruff: noqa: D102  the name of a test is its docstring

import pytest
from msgspec.structs import replace

from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery, Sort
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import run_ids


@pytest.mark.asyncio
class ListSuite:
    """Filters, rows and keys. Without a sort, the newest run comes first.

    A param matches a text that is its own: a string's characters, else the canonical JSON of the
    value. A param that is a number also matches any text of the same number. All else matches what
    is equal, case included.
    """

    async def test_an_empty_store_has_an_empty_list(self, store: Store) -> None:
        page = await store.list_runs(RunQuery(archived=None))
        assert not page.rows
        assert page.next is None

    async def test_a_row_tells_what_a_list_shows(self, store: Store) -> None:
        new = new_run("r", tags={"team": "vision"})
        await store.start_run(new)
        await store.log_params("r", {"lr": 0.1, "layers": [64, 64]})
        await store.append_points("r", {"loss": points(0.9, 0.5, steps=[0, 1])})
        (row,) = (await store.list_runs(RunQuery())).rows
        assert row.run == new.run
        assert row.params == {"lr": 0.1, "layers": [64, 64]}
        assert row.tags == {"team": "vision"}
        assert row.latest == {"loss": 0.5}
        assert row.headline is not None
        assert (row.headline.key, row.headline.value, row.headline.step) == ("loss", 0.5, 1)
        assert row.matched is None

    async def test_each_row_has_only_what_is_its_own(self, store: Store) -> None:
        for run_id in ("a", "b", "bare"):
            await store.start_run(new_run(run_id))
        for value, run_id in enumerate(("a", "b")):
            await store.log_params(run_id, {"p": value})
            await store.append_points(run_id, {"m": points(float(value))})
            await store.set_tag(run_id, "t", run_id)
        rows = {row.run.id: row for row in (await store.list_runs(RunQuery())).rows}
        assert (rows["a"].params, rows["a"].latest, rows["a"].tags) == (
            {"p": 0},
            {"m": 0.0},
            {"t": "a"},
        )
        assert (rows["b"].params, rows["b"].latest, rows["b"].tags) == (
            {"p": 1},
            {"m": 1.0},
            {"t": "b"},
        )
        assert (rows["bare"].params, rows["bare"].latest, rows["bare"].tags) == ({}, {}, {})
        assert rows["bare"].headline is None

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (RunQuery(), {"a", "b", "c"}),
            (RunQuery(experiment="vision"), {"a", "b"}),
            (RunQuery(experiment="Vision"), set()),
            (RunQuery(experiment="nothing"), set()),
            (RunQuery(status=RunStatus.RUNNING), {"a", "c"}),
            (RunQuery(status=RunStatus.FAILED), {"b"}),
            (RunQuery(status=RunStatus.COMPLETED), set()),
            (RunQuery(created_by="ada"), {"a", "c"}),
            (RunQuery(name="base"), {"a"}),
            (RunQuery(name="%"), set()),
            (RunQuery(parent_run_id="a"), {"b"}),
            (RunQuery(archived=True), {"hidden"}),
            (RunQuery(archived=None), {"a", "b", "c", "hidden"}),
            (RunQuery(archived=None, experiment="vision"), {"a", "b", "hidden"}),
            (RunQuery(experiment="vision", created_by="ada"), {"a"}),
            (RunQuery(tags={"team": "x"}), {"a", "b"}),
            (RunQuery(tags={"team": "x", "gpu": ""}), {"b"}),
            (RunQuery(tags={"gpu": "x"}), set()),
            (RunQuery(tags={"nothing": ""}), set()),
        ],
    )
    async def test_a_filter_keeps_what_matches(
        self, store: Store, query: RunQuery, expected: set[str]
    ) -> None:
        await store.start_run(
            new_run("a", experiment="vision", name="base", created_by="ada", tags={"team": "x"})
        )
        await store.start_run(
            new_run("b", experiment="vision", name="baseline", parent="a", tags={"gpu": ""})
        )
        await store.start_run(new_run("c", created_by="ada", tags={"team": "y"}))
        await store.start_run(new_run("hidden", experiment="vision"))
        await store.set_tag("b", "team", "x")
        await store.end_run("b", RunStatus.FAILED, error=None, at=2_000)
        await store.set_archived("hidden", archived=True)
        assert set(await run_ids(store, query)) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("0.01", {"number", "text"}),
            ("0.010", {"number"}),
            ("1e-2", {"number"}),
            ("1", {"integer"}),
            ("1.0", {"integer"}),
            ("true", {"true", "word true"}),
            ("null", {"null"}),
            ("", {"empty"}),
            ("Adam", {"word"}),
            ("adam", set()),
            ('"Adam"', set()),
            ('[1,{"a":2,"b":"é"}]', {"list"}),
            ("nan", set()),
            ("\u0661", set()),  # a digit, but none of JSON
            ("0.0_1", set()),
            (" 1", set()),
            ("a\0b", {"nul"}),
        ],
    )
    async def test_a_param_matches_by_text_or_by_number(
        self, store: Store, text: str, expected: set[str]
    ) -> None:
        values: dict[str, JsonValue] = {
            "number": 0.01,
            "text": "0.01",
            "integer": 1,
            "true": True,
            "word true": "true",
            "null": None,
            "empty": "",
            "word": "Adam",
            "nul": "a\0b",
            "list": [1, {"b": "é", "a": 2}],
        }
        await store.start_run(new_run("without"))
        for run_id, value in values.items():
            await store.start_run(new_run(run_id))
            await store.log_params(run_id, {"p": value, "other": "x"})
        assert set(await run_ids(store, RunQuery(params={"p": text}))) == expected
        both = RunQuery(params={"p": text, "other": "x"})
        assert set(await run_ids(store, both)) == expected
        assert await run_ids(store, RunQuery(params={"p": text, "other": "y"})) == []

    @pytest.mark.parametrize(
        "sort",
        [Sort("param", "p"), Sort("tag", "t"), Sort("metric", "m"), Sort("headline")],
        ids=str,
    )
    @pytest.mark.parametrize(
        "wanted",
        [
            RunQuery(params={"p": "1"}),
            RunQuery(tags={"t": "x"}),
            RunQuery(metric=MetricCondition("m", Operator.LESS, 1.5)),
            RunQuery(params={"p": "1"}, tags={"t": "x"}, created_by="ada"),
        ],
        ids=lambda query: " ".join([*query.params, *query.tags, (query.metric and "m") or ""]),
    )
    async def test_a_filter_goes_with_an_order_by_the_same(
        self, store: Store, wanted: RunQuery, sort: Sort
    ) -> None:
        for i, run_id in enumerate(("a", "b", "c")):
            await store.start_run(new_run(run_id, at=1_000 + i, created_by="ada"))
            await store.log_params(run_id, {"p": 1 + i // 2})
            await store.append_points(run_id, {"m": points(1.0 + i // 2)})
            await store.set_tag(run_id, "t", "xxy"[i])
        assert await run_ids(store, replace(wanted, sort=sort)) == ["b", "a"]

    async def test_keys_are_those_of_all_runs_that_match(self, store: Store) -> None:
        for i, run_id in enumerate(("a", "b", "c")):
            await store.start_run(new_run(run_id, experiment="x" if i else "y", tags={run_id: ""}))
            await store.log_params(run_id, {f"p{i}": 1, "P": 1})
            await store.append_points(run_id, {f"m{i}": points(1.0), "M": points(1.0)})
        keys = await store.run_keys(RunQuery(experiment="x", limit=1))
        assert list(keys.params) == ["P", "p1", "p2"]
        assert list(keys.metrics) == ["M", "m1", "m2"]
        assert list(keys.tags) == ["b", "c"]
        none = await store.run_keys(RunQuery(experiment="nothing"))
        assert not [*none.params, *none.metrics, *none.tags]
