"""Arrow streams over HTTP: logged, read back, and posted again as they were answered."""

import math
import subprocess
import sys
from typing import Any

import httpx
import pyarrow as pa
import pytest
from chachaml_ui import Ui

from tests.http.arrow import ACCEPT, ARROW, stream
from tests.http.client import Api, detail
from tests.http.serving import kernel, serving

MODULES = ("bodies", "answers", "columns", "keys", "messages")


def post(api: Api, run: str, body: bytes, **headers: str) -> httpx.Response:
    return api.http.post(f"/api/w/runs/{run}/metrics", content=body, headers={**ARROW, **headers})


def log(api: Api, run: str, columns: dict[str, Any], **how: Any) -> None:
    answer = post(api, run, stream(columns, **how))
    assert answer.json() == {"ok": True}, answer.text


def get(api: Api, run: str, key: str, **query: Any) -> httpx.Response:
    return api.http.get(f"/api/runs/{run}/metrics", params={"key": key, **query}, headers=ACCEPT)


def table(answer: httpx.Response) -> pa.Table:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == ACCEPT["Accept"]
    assert answer.headers["Vary"] == "Accept"
    return pa.ipc.open_stream(answer.content).read_all()


def test_an_arrow_stream_is_logged(api: Api, run: str) -> None:
    log(api, run, {"key": ["loss", "a", "loss"], "value": [0.9, 1.0, 0.5], "step": [0, 0, 1]})
    points = api.get(f"/api/runs/{run}/metrics", key="loss")["points"]
    assert (points["step"], points["value"]) == ([0, 1], [0.9, 0.5])
    assert {key: metric["count"] for key, metric in api.latest(run).items()} == {"loss": 2, "a": 1}


def test_the_last_row_is_the_latest_metric_of_its_run(api: Api) -> None:
    experiment = api.experiment()
    run = api.start(experiment=experiment)
    log(api, run, {"key": ["z", "b", "z", "y"], "value": [1.0, 2.0, 3.0, 4.0]})
    (row,) = api.get("/api/runs", experiment=experiment)
    assert row["headline"] == {"key": "y", "value": 4.0, "step": None}


@pytest.mark.parametrize("count", [10, 5_000, 50_000])
def test_a_long_stream_is_logged_and_read_back(api: Api, run: str, count: int) -> None:
    values = [math.sin(i) for i in range(count)]
    columns = {
        "key": pa.array(["loss"] * count).dictionary_encode(),
        "step": range(count),
        "timestamp": range(7, 7 + count),
        "value": values,
    }
    log(api, run, columns, batch=4_000, compression="zstd")
    got = table(get(api, run, "loss"))
    assert got["step"].to_pylist() == list(range(count))
    assert got["timestamp"].cast(pa.int64()).to_pylist() == list(range(7, 7 + count))
    assert got["value"].to_pylist() == values
    assert set(got["key"].to_pylist()) == {"loss"}


def test_an_answer_says_what_its_columns_are(api: Api, run: str) -> None:
    log(api, run, {"key": ["loss"], "value": [0.5]})
    schema = table(get(api, run, "loss")).schema
    assert [(field.name, str(field.type), field.nullable) for field in schema] == [
        ("key", "dictionary<values=string, indices=int8, ordered=0>", False),
        ("step", "int64", True),
        ("timestamp", "timestamp[ms, tz=UTC]", False),
        ("value", "double", False),
    ]


@pytest.mark.parametrize("steps", [[3, None, 1], [None] * 3, [2**63 - 1, -(2**63), 0]])
def test_what_was_answered_can_be_posted_to_another_run(
    api: Api, run: str, steps: list[int | None]
) -> None:
    values = pa.array([math.nan, -0.0, math.inf])
    log(api, run, {"key": ["loss"] * 3, "value": values, "step": pa.array(steps, pa.int64())})
    first = get(api, run, "loss")
    other = api.start()
    assert post(api, other, first.content).status_code == 200
    assert get(api, other, "loss").content == first.content
    assert table(first)["step"].to_pylist() == steps


def test_a_window_and_a_thinned_series_are_answered(api: Api, run: str) -> None:
    values = [0.0] * 5_000
    values[1_234], values[4_321] = 9.0, -9.0
    log(api, run, {"key": ["v"] * 5_000, "value": values, "step": range(5_000)})
    thinned = table(get(api, run, "v", max_points=100))
    assert thinned.schema.metadata == {b"count": b"5000"}
    assert thinned.num_rows <= 100
    assert {9.0, -9.0} <= set(thinned["value"].to_pylist())
    window = table(get(api, run, "v", **{"from": 4_321, "to": 4_322}))
    assert window["value"].to_pylist() == [-9.0, 0.0]
    assert table(get(api, run, "v", **{"from": 6_000})).num_rows == 0


@pytest.mark.parametrize("accept", ["*/*", "application/json", f"{ACCEPT['Accept']};q=0.1, */*"])
@pytest.mark.parametrize("count", [1, 20_000])
def test_who_does_not_ask_for_arrow_gets_json(api: Api, run: str, accept: str, count: int) -> None:
    log(api, run, {"key": ["v"] * count, "value": [1.0] * count})
    answer = api.http.get(f"/api/runs/{run}/metrics?key=v", headers={"Accept": accept})
    assert answer.json()["count"] == count
    assert answer.headers["Vary"] == "Accept"


def test_a_series_has_a_head(api: Api, run: str) -> None:
    log(api, run, {"key": ["v"], "value": [1.0]})
    path = f"/api/runs/{run}/metrics"
    head = api.http.head(path, params={"key": "v"}, headers=ACCEPT)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == ACCEPT["Accept"]
    assert api.http.head(path, params={"key": "nope"}, headers=ACCEPT).status_code == 404


def test_an_error_is_json_whatever_was_asked_for(api: Api, run: str) -> None:
    assert "nope" in detail(get(api, run, "nope"), 404, "no such metric")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"key": ["a", "b"], "value": [1.0, None]}, "row 1"),
        ({"key": ["a", ""], "value": [1.0, 2.0]}, "metric key"),
        ({"key": ["a", "b"], "value": [1.0, 2.0], "timestamp": [1, -1]}, "'b' has a timestamp"),
        ({"key": ["a"], "value": [1.0], "epoch": [1]}, "key, value, step, timestamp"),
        ({"key": pa.array([], pa.string()), "value": pa.array([], pa.float64())}, "no point"),
    ],
)
def test_a_stream_is_logged_whole_or_not_at_all(
    api: Api, run: str, columns: dict[str, Any], said: str
) -> None:
    assert said in detail(post(api, run, stream(columns)), 400)
    assert api.latest(run) == {}


@pytest.mark.parametrize("body", [b"", b"ARROW1", b'{"loss": 1}', stream({"key": ["a"]})[:90]])
def test_a_body_that_is_no_stream_is_the_callers_mistake(api: Api, run: str, body: bytes) -> None:
    assert "Arrow stream" in detail(post(api, run, body), 400)


def test_only_metrics_are_read_as_arrow(api: Api, run: str) -> None:
    answer = api.http.post(f"/api/note/{run}", content=b"", headers=ARROW)
    assert "send application/json" in detail(answer, 400)


def test_a_retry_with_its_key_is_applied_once(api: Api, run: str) -> None:
    body, key = stream({"key": ["a"], "value": [1.0]}), {"Idempotency-Key": f"arrow-{run}"}
    for _ in range(2):
        assert post(api, run, body, **key).json() == {"ok": True}
    assert api.latest(run)["a"]["count"] == 1
    other = stream({"key": ["a"], "value": [2.0]})
    assert "another request" in detail(post(api, run, other, **key), 409)


def test_a_compressed_bomb_counts_at_its_full_size(api: Api, run: str) -> None:
    count = Ui().max_body // 12 + 1
    keys = pa.array(["a"]).dictionary_encode().take(pa.repeat(0, count))
    body = stream({"key": keys, "value": pa.repeat(1.0, count)}, compression="zstd")
    assert len(body) < 100_000
    assert "max_body" in detail(post(api, run, body), 413, "too large")


async def test_without_the_extra_a_client_is_told_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in MODULES:
        monkeypatch.delitem(sys.modules, f"chachaml_ui.arrow.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    async with serving(kernel()) as (url, _), httpx.AsyncClient(base_url=url) as http:
        run = (await http.post("/api/w/runs")).json()["id"]
        path = f"/api/w/runs/{run}/metrics"
        assert (await http.post(path, json={"a": 1})).status_code == 200
        asked = await http.get(f"/api/runs/{run}/metrics?key=a", headers=ACCEPT)
        for answer in (asked, await http.post(path, content=b"", headers=ARROW)):
            assert "pip install 'chachaml-kernel[arrow]'" in detail(answer, 400)
        assert (await http.get(f"/api/runs/{run}/metrics?key=a")).json()["count"] == 1


def test_the_server_starts_without_importing_pyarrow() -> None:
    check = "import sys, chachaml_ui.server; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
