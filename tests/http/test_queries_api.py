"""The query language over HTTP: lists and exports that it chooses, and what it cannot read."""

import csv

import httpx
import pytest

from tests.http.client import Api, detail


@pytest.fixture
def experiment(api: Api) -> str:
    """Return an experiment of three runs: a, b, which has ended, and c, which is archived."""
    name = api.experiment()
    for run, rate, loss in (("a", 0.1, 3), ("b", 0.2, 1), ("c", 0.1, 2)):
        started = api.start(experiment=name, name=run, tags={"kind": f"{run}-kind"})
        api.post(f"/api/w/runs/{started}/params", {"lr": rate})
        api.post(f"/api/w/runs/{started}/metrics", {"val/loss": loss})
        if run == "b":
            api.post(f"/api/w/runs/{started}/end", {})
        if run == "c":
            api.post(f"/api/w/runs/{started}/archive", {})
    return name


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ba"),
        ("  ", "ba"),
        ("metric.val/loss > 1", "a"),
        ('metric."val/loss" <= 1 or param.lr = 0.1', "ba"),
        ("archived = true", "c"),
        ("not archived = true and not tag.kind ~ A-K", "b"),
        ("started > -1h and ended is null", "a"),
        ("started <= -1h", ""),
        ("duration < 1h", "b"),
        ("name in (a, b, c) and archived in (true, false)", None),
    ],
)
def test_a_list_has_what_the_query_says(
    http: httpx.Client, experiment: str, query: str, found: str | None
) -> None:
    answer = http.get("/api/runs", params={"q": query, "experiment": experiment})
    if found is None:
        assert "archived cannot be compared by 'in'; use one of =" in detail(answer, 400)
    else:
        assert "".join(row["name"] for row in answer.json()) == found


def test_a_query_goes_with_other_parameters_and_pages(api: Api, experiment: str) -> None:
    asked = {"q": f"experiment = {experiment}", "sort": "metric.val/loss", "archived": "any"}
    assert [row["name"] for row in api.get("/api/runs", **asked)] == ["a", "c", "b"]
    answer = api.http.get("/api/runs", params={**asked, "limit": 2})
    following = api.http.get(answer.links["next"]["url"])
    assert [row["name"] for row in following.json()] == ["b"]
    assert [row["name"] for row in api.get("/api/runs", **{**asked, "archived": "true"})] == ["c"]


def test_an_export_has_what_the_query_says(api: Api, experiment: str) -> None:
    answer = api.http.get("/api/export", params={"q": "param.lr = 0.2", "experiment": experiment})
    assert [row["name"] for row in csv.DictReader(answer.text.splitlines())] == ["b"]
    archived = {"q": "archived = true", "experiment": experiment, "what": "metrics"}
    answer = api.http.get("/api/export", params=archived)
    assert [row["run_name"] for row in csv.DictReader(answer.text.splitlines())] == ["c"]


@pytest.mark.parametrize("path", ["/api/runs", "/api/export"])
def test_a_query_that_cannot_be_read_is_answered_with_its_place(api: Api, path: str) -> None:
    answer = api.http.get(path, params={"q": "metrc.loss < 1"})
    assert detail(answer, 400, "invalid request") == (
        "query, character 1: no field is named 'metrc'; did you mean metric.KEY?"
    )


@pytest.fixture
def keys(api: Api) -> str:
    """Return the beginning of keys that no other test uses, of which each kind has three."""
    name = api.experiment()
    own = [f"{name}/{key}" for key in ("b c", "a", "b")]
    run = api.start(tags=dict.fromkeys(own, ""))
    api.post(f"/api/w/runs/{run}/params", dict.fromkeys(own, 1))
    api.post(f"/api/w/runs/{run}/metrics", {"metrics": dict.fromkeys(own, 1)})
    return name


@pytest.mark.parametrize("kind", ["metric", "param", "tag"])
def test_keys_are_listed_by_how_they_begin(api: Api, keys: str, kind: str) -> None:
    found = api.get("/api/keys", kind=kind, prefix=f"{keys}/")
    assert found == [f"{keys}/{key}" for key in ("a", "b", "b c")]
    assert api.get("/api/keys", kind=kind, prefix=f"{keys}/b", limit=1) == [f"{keys}/b"]
    assert api.get("/api/keys", kind=kind, prefix=f"{keys}/c") == []
    assert api.get("/api/keys", kind=kind, prefix="k" * 5_000) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"kind": "user"}, "kind is 'user'; use one of metric, param, tag"),
        ({}, "'kind' is missing"),
        ({"kind": "tag", "limit": "0"}, "limit is 0"),
    ],
)
def test_keys_are_of_three_kinds(http: httpx.Client, asked: dict[str, str], said: str) -> None:
    assert said in detail(http.get("/api/keys", params=asked), 400)


def test_a_query_is_completed_where_its_cursor_is(api: Api, keys: str) -> None:
    query = f"status = failed and metric.{keys}/ > 1"
    at = query.index(" > 1")
    assert api.get("/api/complete", q=query, at=at) == {
        "begin": query.index("metric"),
        "end": at,
        "options": [f"metric.{keys}/a", f"metric.{keys}/b", f'metric."{keys}/b c"'],
    }
    assert api.get("/api/complete", q=query, at=10)["options"] == ["failed"]


def test_a_cursor_outside_of_the_query_is_refused(http: httpx.Client) -> None:
    answer = http.get("/api/complete", params={"q": "name", "at": 5})
    assert detail(answer, 400) == "at is 5; the query has 4 characters"


def test_a_page_takes_a_query_too(api: Api, http: httpx.Client, experiment: str) -> None:
    runs = api.get("/api/runs", experiment=experiment, archived="any")
    shown = http.get("/runs", params={"q": "name = b", "experiment": experiment})
    assert shown.status_code == 200
    assert [run["name"] for run in runs if run["id"] in shown.text] == ["b"]
    wrong = http.get("/runs", params={"q": "name ="})
    assert wrong.status_code == 400
    assert "a value is wanted here, not the end" in wrong.text
