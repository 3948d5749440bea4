"""Lists over HTTP: chosen, sorted, searched, paged and exported."""

import csv
import math
from urllib.parse import urljoin

import httpx
import pytest
from chachaml_kernel.domain.paging import Position, encode_cursor

from tests.http.client import Api, Json, detail


@pytest.fixture
def experiment(api: Api) -> str:
    """Return an experiment of three runs: a, b and c."""
    name = api.experiment()
    for run, rate, loss in (("a", 0.1, 3), ("b", 0.2, 1), ("c", 0.1, 2)):
        started = api.start(
            experiment=name, name=run, tags={"kind": f"{run}-kind"}, created_by="maria"
        )
        api.post(f"/api/w/runs/{started}/params", {"lr": rate})
        api.post(f"/api/w/runs/{started}/metrics", {"loss": loss})
    return name


def names(rows: list[Json]) -> str:
    return "".join(row["name"] for row in rows)


def test_a_row_says_what_a_list_needs(api: Api, experiment: str) -> None:
    row = api.get("/api/runs", experiment=experiment)[0]
    assert row["headline"] == {"key": "loss", "value": 2.0, "step": None}
    assert (row["params"], row["tags"]) == ({"lr": 0.1}, {"kind": "c-kind"})
    assert row["latest"] == {"loss": 2.0}
    assert "matched" not in row


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "cba"),
        ({"name": "b"}, "b"),
        ({"status": "running"}, "cba"),
        ({"status": "failed"}, ""),
        ({"created_by": "maria"}, "cba"),
        ({"created_by": "nobody"}, ""),
        ({"tag.kind": "b-kind"}, "b"),
        ({"param.lr": "0.1"}, "ca"),
        ({"param.lr": "0.1", "tag.kind": "a-kind"}, "a"),
        ({"parent_run_id": "nope"}, ""),
        ({"sort": "name"}, "abc"),
        ({"sort": "name", "order": "desc"}, "cba"),
        ({"sort": "metric.loss"}, "acb"),
        ({"sort": "headline", "order": "asc"}, "bca"),
        ({"sort": "param.lr", "order": "desc"}, "bca"),
        ({"sort": "tag.kind"}, "abc"),
    ],
)
def test_runs_are_chosen_and_sorted(
    api: Api, experiment: str, query: dict[str, str], found: str
) -> None:
    assert names(api.get("/api/runs", experiment=experiment, **query)) == found


@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        (">", "1", "ca"),
        (">=", "1", "cba"),
        ("<", "2", "b"),
        ("<=", "2.0", "cb"),
        ("=", "1e0", "b"),
        ("!=", "1", "ca"),
        ("<", "Infinity", "cba"),
        (">", "-Infinity", "cba"),
        ("=", "NaN", ""),
        ("!=", "NaN", ""),
    ],
)
def test_runs_are_found_by_a_metric(
    api: Api, experiment: str, op: str, value: str, found: str
) -> None:
    rows = api.get(
        "/api/search", experiment=experiment, metric_key="loss", op=op, metric_value=value
    )
    assert names(rows) == found
    assert [row["matched"] for row in rows] == [row["latest"]["loss"] for row in rows]


def test_the_values_that_are_searched_are_counted_in_bins(api: Api, experiment: str) -> None:
    found = api.get(
        "/api/search/distribution",
        experiment=experiment,
        metric_key="loss",
        op=">",
        metric_value="1",
        bins="2",
    )
    counts = {"nan": 0, "below": 0, "above": 0, "count": 3, "found": 2}
    assert found == {"bins": [1, 2], "least": 1.0, "greatest": 3.0, **counts}


@pytest.mark.parametrize("bins", ["0", "201", "-1"])
def test_bins_are_few_and_at_least_one(api: Api, bins: str) -> None:
    asked = {"metric_key": "a", "op": ">", "metric_value": "1", "bins": bins}
    answer = api.http.get("/api/search/distribution", params=asked)
    assert detail(answer, 400) == f"bins is {bins}; it must be from 1 to 200"


def pages(http: httpx.Client, path: str) -> list[Json]:
    """Return all pages that begin at `path`, following their links."""
    found = []
    url: str | None = path
    while url is not None:
        answer = http.get(url)
        assert answer.status_code == 200
        found.append(answer.json())
        following = answer.links.get("next")
        url = None if following is None else urljoin(str(answer.url), following["url"])
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/api/runs?experiment={0}&limit=1",
        "/api/runs?experiment={0}&limit=2&sort=metric.loss&tag.kind=",
        "/api/search?experiment={0}&limit=2&metric_key=loss&op=%3E&metric_value=0",
    ],
)
def test_pages_follow_each_other_without_gap_or_repeat(
    api: Api, experiment: str, path: str
) -> None:
    path = path.format(experiment).removesuffix("&tag.kind=")
    found = pages(api.http, path)
    whole = api.http.get(path.replace("limit=1", "limit=9").replace("limit=2", "limit=9"))
    assert [row for page in found for row in page] == whole.json()
    assert "Link" not in whole.headers
    assert len(found) > 1


@pytest.mark.parametrize("path", ["/api/experiments?limit=1", "/api/models?limit=1"])
def test_other_lists_are_paged_too(api: Api, run: str, path: str) -> None:
    api.upload(run, "model", b"x")
    for _ in range(2):
        name = api.experiment()
        api.post("/api/w/experiments", {"name": name})
        api.post("/api/w/models", {"name": name, "run_id": run, "artifact": "model"})
    found = [row["name"] for page in pages(api.http, path) for row in page]
    assert len(found) == len(set(found)) >= 2


def test_datasets_are_paged_too(api: Api, run: str) -> None:
    for name in "abc":
        api.post(f"/api/w/runs/{run}/datasets", {"name": name})
    assert [names(page) for page in pages(api.http, f"/api/datasets/{run}?limit=2")] == ["cb", "a"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/runs?limit=0", "from 1 to 1000"),
        ("/api/runs?limit=1001", "from 1 to 1000"),
        ("/api/runs?limit=x", "'x'; it must be a whole number"),
        ("/api/runs?limit=", "whole number"),
        ("/api/runs?limit=1&limit=2", "twice"),
        ("/api/runs?tag.a=1&tag.a=2", "twice"),
        ("/api/runs?limt=1", "'limt'; allowed: limit, cursor"),
        ("/api/runs?status=done", "running, completed, failed"),
        ("/api/runs?archived=yes", "true, false, any"),
        ("/api/runs?sort=colour", "cannot sort by 'colour'"),
        ("/api/runs?sort=metric", "metric.KEY"),
        ("/api/runs?order=up", "'asc' or 'desc'"),
        ("/api/runs?cursor=nope", "cursor"),
        ("/api/experiments?cursor=WyJtb2RlbHMiLDFd", "another list"),
        ("/api/search?op=%3E&metric_value=1", "'metric_key' is missing"),
        ("/api/search?metric_key=a&metric_value=1", "'op' is missing"),
        ("/api/search?metric_key=a&op=%3E", "'metric_value' is missing"),
        ("/api/search?metric_key=a&op=gt&metric_value=1", "no operator 'gt'"),
        ("/api/search?metric_key=a&op=%3E&metric_value=x", "metric_value is 'x'"),
        ("/api/search?metric_key=a&op=%3E&metric_value=1e999", "metric_value"),
        ("/api/search?metric_key=a&op=%3E&metric_value=1_0", "metric_value"),
        ("/api/models?name=x", "no query parameter is named 'name'"),
        ("/api/openapi.json?x=1", "allowed: none"),
        ("/api/export?format=xlsx", "available: csv"),
        ("/api/export?what=all", "runs, metrics"),
    ],
)
def test_a_bad_question_is_told_what_is_right(http: httpx.Client, path: str, said: str) -> None:
    assert said in detail(http.get(path), 400)


@pytest.mark.parametrize(
    "position",
    [(), ("a", "b"), (1,), (1, "x", "y"), (2**70, "x"), (1, "\ud800"), (1, "\0"), (math.nan, "x")],
)
@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/api/runs", "started_at desc"),
        ("/api/runs?sort=metric.loss", "metric.loss desc"),
        ("/api/models", "models"),
        ("/api/experiments", "experiments"),
    ],
)
def test_a_forged_cursor_is_the_callers_mistake_at_worst(
    http: httpx.Client, path: str, order: str, position: Position
) -> None:
    url = httpx.URL(path).copy_add_param("cursor", encode_cursor(order, position))
    assert http.get(url).status_code in (200, 400)


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(answer.text.splitlines()))


def test_runs_are_exported_a_row_each(api: Api, experiment: str) -> None:
    answer = api.http.get("/api/export", params={"experiment": experiment})
    rows = table(answer)
    assert [row["name"] for row in rows] == ["c", "b", "a"]
    assert rows[0]["param.lr"] == "0.1"
    assert rows[0]["tag.kind"] == "c-kind"
    assert float(rows[0]["metric.loss"]) == 2
    assert 'filename="runs.csv"' in answer.headers["Content-Disposition"]


def test_chosen_runs_are_exported_archived_ones_too_and_by_a_form_as_well(
    api: Api, experiment: str
) -> None:
    ids = [row["id"] for row in api.get("/api/runs", experiment=experiment)][1:]
    api.post(f"/api/w/runs/{ids[0]}/archive", {})
    asked = {"ids": [*ids, "nope"], "what": "runs"}
    for answer in (
        api.http.post("/api/export", json=asked),
        api.http.post("/api/export", data=asked),
    ):
        assert [row["name"] for row in table(answer)] == ["b", "a"]
        assert 'filename="runs.csv"' in answer.headers["Content-Disposition"]
    points = api.http.post("/api/export", data={"ids": ids[1], "what": "metrics"})
    assert [(row["run_name"], row["key"]) for row in table(points)] == [("a", "loss")]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"ids": [str(n) for n in range(1_001)]}, "takes 1 to 1,000 runs; got 1,001"),
        ({"what": "runs"}, "missing required field `ids`"),
        ({"ids": ["a"], "q": "x"}, "unknown field 'q'"),
        ({"ids": ["a"], "format": "xlsx"}, "available: csv"),
        ({"ids": ["a"], "what": "all"}, "Invalid enum value 'all'"),
    ],
)
def test_an_export_that_is_not_to_be_had_says_why(api: Api, body: Json, said: str) -> None:
    for answer in (
        api.http.post("/api/export", json=body),
        api.http.post("/api/export", data=body),
    ):
        assert said in detail(answer, 400)


def test_points_are_exported_a_row_each(api: Api, experiment: str) -> None:
    query = {"experiment": experiment, "what": "metrics", "status": "running"}
    rows = table(api.http.get("/api/export", params=query))
    assert [(row["run_name"], row["key"]) for row in rows] == [
        ("c", "loss"),
        ("b", "loss"),
        ("a", "loss"),
    ]
