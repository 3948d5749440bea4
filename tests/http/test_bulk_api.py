"""Changes of many runs in one request."""

import pytest

from tests.http.client import Api, Json, detail


@pytest.fixture
def runs(api: Api) -> list[str]:
    """Return the ids of three new runs."""
    return [api.start() for _ in range(3)]


def bulk(api: Api, action: str, ids: list[str], **more: Json) -> Json:
    return api.post("/api/w/bulk", {"action": action, "ids": ids, **more})


def archived(api: Api, runs: list[str]) -> list[bool]:
    return [api.get(f"/api/runs/{run}")["archived"] for run in runs]


def test_runs_are_archived_and_restored(api: Api, runs: list[str]) -> None:
    assert bulk(api, "archive", [*runs[:2], runs[0]]) == {"ok": True}
    assert archived(api, runs) == [True, True, False]
    bulk(api, "restore", runs)
    assert archived(api, runs) == [False, False, False]


def test_runs_are_tagged_and_untagged(api: Api, runs: list[str]) -> None:
    bulk(api, "tag", runs, key="goal", value="")
    assert [api.get(f"/api/tags/{run}") for run in runs] == [{"goal": ""}] * 3
    bulk(api, "untag", runs[:2], key="goal")
    assert [api.get(f"/api/tags/{run}") for run in runs] == [{}, {}, {"goal": ""}]


def test_runs_are_deleted_and_their_bytes_freed(api: Api, runs: list[str]) -> None:
    artifacts = [api.upload(run, "model", b"weights")["id"] for run in runs]
    bulk(api, "archive", runs)
    key = {"Idempotency-Key": f"delete-{runs[0]}"}
    for _ in range(2):
        body = {"action": "delete", "ids": runs[:2]}
        assert api.post("/api/w/bulk", body, headers=key) == {"ok": True}
    for artifact in artifacts[:2]:
        detail(api.http.get(f"/api/artifacts/{artifact}/download"), 404, "no such artifact")
    assert api.http.get(f"/api/artifacts/{artifacts[2]}/download").content == b"weights"


def test_where_one_run_is_not_as_it_should_be_nothing_happens(api: Api, runs: list[str]) -> None:
    bulk(api, "archive", runs[:1])
    answer = api.http.post("/api/w/bulk", json={"action": "delete", "ids": runs})
    said = detail(answer, 409)
    assert runs[0] not in said
    assert runs[1] in said
    answer = api.http.post("/api/w/bulk", json={"action": "restore", "ids": [*runs, "gone"]})
    assert "'gone'" in detail(answer, 404, "no such run")
    assert archived(api, runs) == [True, False, False]


def test_a_thousand_runs_are_changed_at_once(api: Api, runs: list[str]) -> None:
    ids = [f"gone-{i}" for i in range(999)]
    answer = api.http.post("/api/w/bulk", json={"action": "archive", "ids": [*ids, runs[0]]})
    assert "'gone-9' and 989 more" in detail(answer, 404)
    answer = api.http.post("/api/w/bulk", json={"action": "archive", "ids": [*ids, *runs]})
    assert "1,000" in detail(answer, 400)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "archive"},
        {"action": "archive", "ids": []},
        {"action": "archive", "ids": [1]},
        {"action": "archive", "ids": "x"},
        {"action": "archive", "ids": ["x"], "key": "k"},
        {"action": "delete", "ids": ["x"], "value": ""},
        {"action": "end", "ids": ["x"]},
        {"action": "tag", "ids": ["x"]},
        {"action": "tag", "ids": ["x"], "key": "k"},
        {"action": "tag", "ids": ["x"], "key": " ", "value": ""},
        {"action": "tag", "ids": ["x"], "key": "k", "value": "\0"},
        {"action": "untag", "ids": ["x"], "key": "k", "value": ""},
        {"action": "untag", "ids": ["x"], "why": ""},
    ],
)
def test_a_change_that_makes_no_sense_is_refused(api: Api, body: dict[str, Json]) -> None:
    detail(api.http.post("/api/w/bulk", json=body), 400)
