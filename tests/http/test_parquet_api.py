"""Exports as Parquet over HTTP, from a server with two formats."""

import math
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
from chachaml_kernel import serve
from pyarrow import parquet

from tests.everything import BOTH_FORMATS
from tests.http.client import Api


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Return a server with a run `slow` that logged a few points, and an empty one, `bare`."""
    data = tmp_path_factory.mktemp("data")
    (data / "c.toml").write_text(BOTH_FORMATS)
    with (
        serve(data / "c.toml", data=data, host="127.0.0.1", port=0) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        api = Api(http)
        run = api.post("/api/w/runs", {"name": "slow", "tags": {"kind": "=1+1"}})["id"]
        api.post(f"/api/w/runs/{run}/params", {"lr": 0.1, "layers": [8, 8]})
        points = [{"loss": value, "step": step} for step, value in enumerate([0.5, "NaN", 0.25])]
        api.post(f"/api/w/runs/{run}/metrics", points)
        api.post("/api/w/runs", {"name": "bare"})
        yield api


def read(answer: httpx.Response) -> pa.Table:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.apache.parquet"
    return parquet.read_table(BytesIO(answer.content))


def test_runs_are_a_typed_table(api: Api) -> None:
    answer = api.http.get("/api/export", params={"format": "parquet"})
    assert 'filename="runs.parquet"' in answer.headers["Content-Disposition"]
    runs = read(answer)
    assert str(runs.schema.field("started_at").type) == "timestamp[ms, tz=UTC]"
    bare, slow = runs.to_pylist()
    assert (bare["name"], bare["param.lr"], bare["metric.loss"]) == ("bare", None, None)
    assert (slow["param.lr"], slow["param.layers"]) == ("0.1", "[8,8]")
    assert (slow["tag.kind"], slow["metric.loss"]) == ("=1+1", 0.25)


def test_points_are_a_typed_table_with_nan_as_nan(api: Api) -> None:
    points = read(api.http.get("/api/export", params={"format": "parquet", "what": "metrics"}))
    assert points.column("step").to_pylist() == [0, 1, 2]
    values: list[Any] = points.column("value").to_pylist()
    assert math.isnan(values[1])
    assert points.column("value").null_count == 0


def test_chosen_runs_are_exported_too(api: Api) -> None:
    [run] = [row["id"] for row in api.get("/api/runs") if row["name"] == "bare"]
    asked = {"ids": [run], "format": "parquet"}
    for answer in (
        api.http.post("/api/export", json=asked),
        api.http.post("/api/export", data=asked),
    ):
        assert read(answer).column("name").to_pylist() == ["bare"]


def test_the_page_offers_every_format_for_all_runs_and_for_selected_ones(api: Api) -> None:
    page = api.http.get("/runs").text
    for format in ("csv", "parquet"):
        assert f"/api/export?what=runs&amp;format={format}" in page
        assert f'name="format" value="{format}"' in page


def test_an_unknown_format_is_told_those_that_there_are(api: Api) -> None:
    answer = api.http.get("/api/export", params={"format": "xlsx"})
    assert answer.status_code == 400
    assert "available: csv, parquet" in answer.json()["detail"]


def test_a_file_that_breaks_off_is_no_file(tmp_path: Path, api: Api) -> None:
    content = api.http.get("/api/export", params={"format": "parquet"}).content
    (tmp_path / "cut.parquet").write_bytes(content[:-20])
    with pytest.raises(pa.ArrowInvalid):
        parquet.read_table(tmp_path / "cut.parquet")
