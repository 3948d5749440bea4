"""Runs over HTTP: their life, what may be written when, and what is answered."""

import httpx
import pytest
from chachaml_kernel.domain.names import MAX_TOGETHER

from tests.http.client import JSON, OCTETS, Api, detail

GONE = "0" * 32


def test_a_run_starts_in_the_default_experiment(api: Api) -> None:
    run = api.post("/api/w/runs", {})
    assert list(run) == [
        "id",
        "experiment",
        "name",
        "status",
        "started_at",
        "ended_at",
        "duration",
        "created_by",
        "parent_run_id",
        "error",
        "archived",
    ]
    assert (run["experiment"], run["status"], run["archived"]) == ("default", "running", False)
    assert isinstance(run["started_at"], int)


def test_a_run_starts_with_all_that_it_was_given(api: Api) -> None:
    parent = api.start()
    run = api.start(
        experiment="iris",
        name="first",
        tags={"author": "maria"},
        parent_run_id=parent,
        created_by="ci",
        env={"python": "3.11", "packages": ["a"]},
        datasets=[{"name": "iris.csv", "n_rows": 150, "features": ["a", "b"]}],
    )
    whole = api.get(f"/api/runs/{run}")
    assert (whole["experiment"], whole["name"], whole["created_by"]) == ("iris", "first", "ci")
    assert whole["tags"] == {"author": "maria"}
    assert whole["env"] == {"python": "3.11", "packages": ["a"]}
    (dataset,) = whole["datasets"]
    assert (dataset["role"], dataset["name"], dataset["n_rows"]) == ("train", "iris.csv", 150)
    assert [child["id"] for child in api.get(f"/api/runs/{parent}")["children"]] == [run]


def test_null_is_as_good_as_left_out(api: Api) -> None:
    fields = ("experiment", "name", "tags", "parent_run_id", "created_by", "env", "datasets")
    run = api.post("/api/w/runs", dict.fromkeys(fields))
    assert run["experiment"] == "default"


def test_a_parent_that_is_not_there_is_not_found(http: httpx.Client) -> None:
    answer = http.post("/api/w/runs", json={"parent_run_id": GONE})
    assert GONE in detail(answer, 404, "no such run")


def test_params_are_any_json_value(api: Api, run: str) -> None:
    params = {"lr": 0.01, "n": 100, "deep": {"a": [1, None, True]}, "big": 2**70, "text": "é"}
    assert api.post(f"/api/w/runs/{run}/params", params) == {"ok": True}
    assert api.get(f"/api/runs/{run}")["params"] == params


def test_a_param_that_json_cannot_say_becomes_its_word(api: Api, run: str) -> None:
    answer = api.send(f"/api/w/runs/{run}/params", b'{"clip": Infinity, "deep": [NaN]}')
    assert answer.status_code == 200
    assert api.get(f"/api/runs/{run}")["params"] == {"clip": "Infinity", "deep": ["NaN"]}


def test_another_value_of_a_param_is_a_conflict_that_names_all(api: Api, run: str) -> None:
    api.post(f"/api/w/runs/{run}/params", {"lr": 0.25})
    api.post(f"/api/w/runs/{run}/params", {"lr": 0.25})
    answer = api.http.post(f"/api/w/runs/{run}/params", json={"lr": 0.5, "other": 1})
    said = detail(answer, 409)
    assert "lr" in said
    assert "0.25" in said
    assert "0.5" in said
    assert api.get(f"/api/runs/{run}")["params"] == {"lr": 0.25}


@pytest.mark.parametrize("body", [b"[]", b"3", b"null", b'"x"'])
def test_params_are_an_object(api: Api, run: str, body: bytes) -> None:
    assert "object" in detail(api.send(f"/api/w/runs/{run}/params", body), 400)


def test_more_params_than_a_request_may_have_are_refused(api: Api, run: str) -> None:
    params = {f"p{number}": number for number in range(MAX_TOGETHER + 1)}
    answer = api.http.post(f"/api/w/runs/{run}/params", json=params)
    assert "10,001 params are too many for one request" in detail(answer, 400)
    assert api.get(f"/api/runs/{run}")["params"] == {}


@pytest.mark.parametrize("field", ["tags", "datasets"])
def test_a_run_does_not_start_with_more_than_a_request_may_have(api: Api, field: str) -> None:
    some = range(MAX_TOGETHER + 1)
    body = {
        "tags": {"tags": {f"t{number}": "" for number in some}},
        "datasets": {"datasets": [{"name": f"d{number}"} for number in some]},
    }
    answer = api.http.post("/api/w/runs", json=body[field])
    assert f"10,001 {field} are too many for one request" in detail(answer, 400)


def test_a_run_ends_as_completed_if_nothing_else_is_said(api: Api, run: str) -> None:
    assert api.post(f"/api/w/runs/{run}/end", {}) == {"ok": True}
    whole = api.get(f"/api/runs/{run}")
    assert whole["status"] == "completed"
    assert whole["duration"] == whole["ended_at"] - whole["started_at"]


@pytest.mark.parametrize("step", ["end", "resume", "archive", "restore"])
def test_a_step_that_needs_no_body_needs_no_content_type_either(
    api: Api, run: str, step: str
) -> None:
    assert api.http.post(f"/api/w/runs/{run}/{step}").status_code == 200


def test_a_run_starts_without_a_body(http: httpx.Client) -> None:
    assert http.post("/api/w/runs").json()["experiment"] == "default"


def test_a_failed_run_keeps_its_error(api: Api, run: str) -> None:
    api.post(f"/api/w/runs/{run}/end", {"status": "failed", "error": "out of memory"})
    whole = api.get(f"/api/runs/{run}")
    assert (whole["status"], whole["error"]) == ("failed", "out of memory")


def test_the_same_end_twice_is_fine_and_another_one_is_a_conflict(api: Api, run: str) -> None:
    path = f"/api/w/runs/{run}/end"
    api.post(path, {"status": "completed"})
    assert api.post(path, {}) == {"ok": True}
    assert "completed" in detail(api.http.post(path, json={"status": "failed"}), 409)


def test_an_end_that_is_none_is_refused(api: Api, run: str) -> None:
    answer = api.http.post(f"/api/w/runs/{run}/end", json={"status": "running"})
    assert "'completed' or 'failed'" in detail(answer, 400)


def test_a_resumed_run_takes_writes_again(api: Api, run: str) -> None:
    api.post(f"/api/w/runs/{run}/end", {})
    resumed = api.post(f"/api/w/runs/{run}/resume", {})
    assert (resumed["status"], resumed["ended_at"]) == ("running", None)
    api.post(f"/api/w/runs/{run}/metrics", {"loss": 1})


WRITES = [
    ("params", b'{"a": 1}', JSON),
    ("metrics", b'{"a": 1}', JSON),
    ("artifacts?name=a", b"bytes", OCTETS),
    ("datasets", b"{}", JSON),
]


@pytest.mark.parametrize(("write", "body", "headers"), WRITES)
def test_a_run_that_never_was_takes_no_writes(
    http: httpx.Client, write: str, body: bytes, headers: dict[str, str]
) -> None:
    answer = http.post(f"/api/w/runs/{GONE}/{write}", content=body, headers=headers)
    assert GONE in detail(answer, 404, "no such run")


@pytest.mark.parametrize(("write", "body", "headers"), WRITES)
def test_a_run_that_has_ended_takes_no_writes_and_says_so(
    api: Api, run: str, write: str, body: bytes, headers: dict[str, str]
) -> None:
    api.post(f"/api/w/runs/{run}/end", {})
    answer = api.http.post(f"/api/w/runs/{run}/{write}", content=body, headers=headers)
    assert "ended" in detail(answer, 404, "no such run")


def test_an_archived_run_hides_from_lists_until_it_is_restored(api: Api) -> None:
    experiment = api.experiment()
    run = api.start(experiment=experiment)

    def listed(archived: str) -> list[str]:
        rows = api.get("/api/runs", experiment=experiment, archived=archived)
        return [row["id"] for row in rows]

    api.post(f"/api/w/runs/{run}/archive", {})
    assert (listed("false"), listed("true"), listed("any")) == ([], [run], [run])
    api.post(f"/api/w/runs/{run}/restore", {})
    assert (listed("false"), listed("true"), listed("any")) == ([run], [], [run])


def test_only_an_archived_run_can_be_deleted(api: Api, run: str) -> None:
    assert "archive" in detail(api.http.delete(f"/api/w/runs/{run}"), 409)
    api.post(f"/api/w/runs/{run}/archive", {})
    assert api.http.delete(f"/api/w/runs/{run}").json() == {"ok": True}
    detail(api.http.get(f"/api/runs/{run}"), 404, "no such run")


def test_runs_are_compared_side_by_side(api: Api) -> None:
    first, second = api.start(), api.start()
    api.post(f"/api/w/runs/{first}/params", {"lr": 1, "same": 0})
    api.post(f"/api/w/runs/{second}/params", {"lr": 2, "same": 0})
    api.send(f"/api/w/runs/{second}/metrics", b'{"loss": NaN}')
    compared = api.get("/api/compare", ids=f"{first},{second}")
    assert compared.keys() >= {"runs", "params", "metrics", "differing"}
    assert [run["id"] for run in compared["runs"]] == [first, second]
    assert compared["params"]["lr"] == {first: 1, second: 2}
    assert compared["metrics"] == {"loss": {second: "NaN"}}
    assert compared["differing"] == ["lr"]


@pytest.mark.parametrize("ids", ["", "a", "a,a", ","])
def test_comparing_takes_two_runs(http: httpx.Client, ids: str) -> None:
    assert "2 to 100" in detail(http.get("/api/compare", params={"ids": ids}), 400)


def test_a_compared_run_that_is_not_there_is_not_found(http: httpx.Client, run: str) -> None:
    detail(http.get("/api/compare", params={"ids": f"{run},{GONE}"}), 404, "no such run")
