"""Metrics over HTTP: logged in every form, and read back."""

import json
import math

import pytest
from chachaml_kernel.domain.names import MAX_TOGETHER

from tests.http.client import Api, Json, detail


def log(api: Api, run: str, body: Json) -> None:
    assert api.post(f"/api/w/runs/{run}/metrics", body) == {"ok": True}


def history(api: Api, run: str, key: str, **query: str | int) -> Json:
    return api.get(f"/api/runs/{run}/metrics", key=key, **query)


@pytest.mark.parametrize(
    "body",
    [
        [{"loss": 0.9, "step": 0}, {"loss": 0.5, "step": 1}],
        [{"metrics": {"loss": 0.9}, "step": 0}, {"loss": 0.5, "step": 1}],
        {"step": [0, 1], "metrics": {"loss": [0.9, 0.5]}},
    ],
)
def test_every_form_logs_the_same_points(api: Api, run: str, body: Json) -> None:
    log(api, run, body)
    series = history(api, run, "loss")
    assert (series["key"], series["count"]) == ("loss", 2)
    assert series["points"]["step"] == [0, 1]
    assert series["points"]["value"] == [0.9, 0.5]


def test_a_point_without_a_timestamp_has_the_time_of_its_arrival(api: Api, run: str) -> None:
    started = api.get(f"/api/runs/{run}")["started_at"]
    log(api, run, {"loss": 1})
    log(api, run, {"loss": 1, "timestamp": 5})
    first, second = history(api, run, "loss")["points"]["timestamp"]
    assert started <= first < started + 3_600_000
    assert second == 5


def test_a_run_answers_the_latest_point_of_each_metric(api: Api, run: str) -> None:
    log(api, run, [{"loss": 0.9, "step": 5}, {"loss": 0.2, "step": 1}, {"a": 1}])
    latest = api.latest(run)
    assert list(latest["loss"]) == ["key", "value", "step", "timestamp", "count", "min", "max"]
    assert (latest["loss"]["value"], latest["loss"]["step"]) == (0.2, 1)
    assert (latest["loss"]["count"], latest["loss"]["min"], latest["loss"]["max"]) == (2, 0.2, 0.9)
    assert latest["a"]["step"] is None


def test_no_point_is_merged(api: Api, run: str) -> None:
    log(api, run, {"loss": 1, "step": 3})
    log(api, run, {"loss": 1, "step": 3})
    assert history(api, run, "loss")["count"] == 2


def test_what_json_cannot_say_is_answered_in_words_everywhere(api: Api) -> None:
    experiment = api.experiment()
    run = api.start(experiment=experiment)
    answer = api.send(
        f"/api/w/runs/{run}/metrics",
        b'[{"loss": NaN}, {"up": Infinity}, {"up": "-Infinity"}, {"accuracy": "NaN"}]',
    )
    assert answer.status_code == 200
    latest = api.latest(run)
    assert latest["loss"]["value"] == "NaN"
    assert (latest["loss"]["min"], latest["loss"]["max"]) == ("NaN", "NaN")
    assert (latest["up"]["min"], latest["up"]["max"]) == ("-Infinity", "Infinity")
    assert history(api, run, "up")["points"]["value"] == ["Infinity", "-Infinity"]
    (row,) = api.get("/api/runs", experiment=experiment)
    assert row["headline"] == {"key": "accuracy", "value": "NaN", "step": None}
    assert row["latest"] == {"loss": "NaN", "up": "-Infinity", "accuracy": "NaN"}
    (found,) = api.get(
        "/api/search", experiment=experiment, metric_key="up", op="<", metric_value="0"
    )
    assert found["matched"] == "-Infinity"


def test_doubles_and_steps_come_back_exactly(api: Api, run: str) -> None:
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1e22]
    steps = [-(2**63), 2**63 - 1, 0, 2**53 + 1, 3]
    log(api, run, {"step": steps, "metrics": {"v": values}})
    points = history(api, run, "v")["points"]
    assert points["step"] == steps
    assert points["value"] == values
    assert math.copysign(1, points["value"][1]) == -1


def test_a_window_of_steps_is_answered(api: Api, run: str) -> None:
    log(api, run, {"step": list(range(10)), "metrics": {"v": [float(i) for i in range(10)]}})
    window: dict[str, str | int] = {"from": 3, "to": 5}
    series = history(api, run, "v", **window)
    assert (series["count"], series["points"]["step"]) == (3, [3, 4, 5])


def test_a_window_of_time_is_answered(api: Api, run: str) -> None:
    log(api, run, {"timestamp": [10, 20, 30], "metrics": {"v": [1, 2, 3]}})
    window: dict[str, str | int] = {"x": "time", "from": 15}
    series = history(api, run, "v", **window)
    assert series["points"]["timestamp"] == [20, 30]
    assert series["points"]["step"] == [None, None]


def test_a_thinned_series_keeps_its_peaks(api: Api, run: str) -> None:
    values = [0.0] * 5_000
    values[1_234], values[4_321] = 9.0, -9.0
    log(api, run, {"metrics": {"v": values}})
    series = history(api, run, "v", max_points=100)
    assert series["count"] == 5_000
    assert len(series["points"]["value"]) <= 100
    assert {9.0, -9.0} <= set(series["points"]["value"])


@pytest.mark.parametrize("count", [10_000, 10_001])
def test_a_series_has_a_head_however_long_it_is(api: Api, run: str, count: int) -> None:
    log(api, run, {"metrics": {"v": [1.0] * count}})
    path = f"/api/runs/{run}/metrics?key=v"
    head, got = api.http.head(path), api.http.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert got.json()["points"]["step"] == [None] * count


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "'key' is missing"),
        ({"key": "v", "max_points": "1"}, "from 2"),
        ({"key": "v", "max_points": "x"}, "whole number"),
        ({"key": "v", "x": "steps"}, "step, time"),
        ({"key": "v", "from": "a"}, "'from' is 'a'"),
        ({"key": "v", "from": str(2**63)}, "'from'"),
        ({"key": "v", "form": "3"}, "from"),
    ],
)
def test_a_bad_question_for_a_series_is_refused(
    api: Api, run: str, query: dict[str, str], said: str
) -> None:
    assert said in detail(api.http.get(f"/api/runs/{run}/metrics", params=query), 400)


def test_a_metric_that_was_never_logged_is_not_found(api: Api, run: str) -> None:
    answer = api.http.get(f"/api/runs/{run}/metrics", params={"key": "nope"})
    assert "nope" in detail(answer, 404, "no such metric")


@pytest.mark.parametrize(
    "body",
    [
        [{"good": 1}, {"bad": "x"}],
        [{"good": 1}, {"bad": 1, "step": 2**63}],
        [{"good": 1}, {"bad": 1, "timestamp": -1}],
        {"metrics": {"good": [1, 2], "bad": [1]}},
        [{"good": 1}, {"": 1}],
        [{"good": 1}, {"line\nbreak": 1}],
    ],
)
def test_a_body_is_logged_whole_or_not_at_all(api: Api, run: str, body: Json) -> None:
    detail(api.http.post(f"/api/w/runs/{run}/metrics", json=body), 400)
    assert api.latest(run) == {}


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"step": 1}', b'{"metrics": {}}', b'{"metrics": {"a": []}}']
)
def test_a_body_without_a_point_is_refused(api: Api, run: str, body: bytes) -> None:
    assert "no point" in detail(api.send(f"/api/w/runs/{run}/metrics", body), 400)


def test_more_metrics_than_a_request_may_have_are_refused(api: Api, run: str) -> None:
    body = {f"m{i}": float(i) for i in range(MAX_TOGETHER + 1)}
    answer = api.http.post(f"/api/w/runs/{run}/metrics", json=body)
    assert "10,001 metrics are too many for one request" in detail(answer, 400)
    del body["m0"]
    log(api, run, body)
    assert len(api.latest(run)) == MAX_TOGETHER


def test_a_retry_with_its_key_is_applied_once(api: Api, run: str) -> None:
    path, key = f"/api/w/runs/{run}/metrics", {"Idempotency-Key": f"log-{run}"}
    for _ in range(3):
        assert api.post(path, {"loss": 1}, headers=key) == {"ok": True}
    assert history(api, run, "loss")["count"] == 1


def test_a_key_belongs_to_one_request(api: Api, run: str) -> None:
    path, key = f"/api/w/runs/{run}/metrics", {"Idempotency-Key": f"one-{run}"}
    api.post(path, {"loss": 1}, headers=key)
    answer = api.http.post(path, json={"loss": 2}, headers=key)
    assert "another request" in detail(answer, 409)


def test_a_retried_start_answers_the_same_run(api: Api) -> None:
    key = {"Idempotency-Key": f"start-{api.experiment()}"}
    assert api.post("/api/w/runs", {}, headers=key) == api.post("/api/w/runs", {}, headers=key)


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
def test_a_key_that_is_none_is_refused(api: Api, run: str, key: str) -> None:
    answer = api.http.post(
        f"/api/w/runs/{run}/metrics", json={"a": 1}, headers={"Idempotency-Key": key}
    )
    assert "Idempotency-Key" in detail(answer, 400)


def test_two_idempotency_keys_are_refused(api: Api, run: str) -> None:
    answer = api.http.post(
        f"/api/w/runs/{run}/metrics",
        json={"a": 1},
        headers=[("Idempotency-Key", "one"), ("Idempotency-Key", "two")],
    )
    assert "more than one Idempotency-Key; send one" in detail(answer, 400)


def test_a_large_body_of_columns_is_logged(api: Api, run: str) -> None:
    values = [float(i) for i in range(50_000)]
    answer = api.send(f"/api/w/runs/{run}/metrics", json.dumps({"metrics": {"v": values}}).encode())
    assert answer.status_code == 200
    assert history(api, run, "v")["points"]["value"] == values
