"""The export of everything, from stores in memory to tables that other programs read."""

import csv
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest
from chachaml_kernel.memory import MemoryStore

from tests.everything import HOSTILE, VALUES, export, files_of, written_down

TABLES = {
    *("experiments", "runs", "params", "metrics", "tags", "datasets", "artifacts"),
    *("models", "versions", "moves"),
}


@pytest.fixture
async def store() -> MemoryStore:
    """Return a store with something of everything."""
    return await written_down()


def asked(query: str) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute(query).fetchall()


def table(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ds.dataset(folder / name).to_table().to_pylist()
    return rows


async def test_duckdb_finds_every_experiment_by_its_name(
    store: MemoryStore, tmp_path: Path
) -> None:
    await export(store, tmp_path)
    points = f"read_parquet('{tmp_path}/points/**/*.parquet', hive_types_autocast = false)"
    found = asked(f"select experiment, count(*) from {points} group by all")
    assert sorted(found) == sorted((name, len(VALUES)) for name in HOSTILE)


async def test_pyarrow_finds_every_experiment_by_its_name(
    store: MemoryStore, tmp_path: Path
) -> None:
    await export(store, tmp_path)
    by_name = ds.partitioning(pa.schema([("experiment", pa.string())]), flavor="hive")
    points = ds.dataset(tmp_path / "points", partitioning=by_name).to_table()
    assert sorted(points.column("experiment").to_pylist()) == sorted(HOSTILE * len(VALUES))
    assert str(points.schema.field("at").type) == "timestamp[ms, tz=UTC]"
    one = points.filter(pc.equal(points.column("experiment"), "=1+1"))
    assert repr(one.column("value").to_pylist()) == repr(VALUES)
    assert one.column("step").to_pylist() == [0, 1, None, 3]


async def test_every_table_has_its_rows(store: MemoryStore, tmp_path: Path) -> None:
    await export(store, tmp_path)
    rows = {name: table(tmp_path, name) for name in TABLES}
    many = len(HOSTILE)
    assert {name: len(found) for name, found in rows.items()} == {
        **dict.fromkeys(("experiments", "runs", "metrics", "tags", "datasets", "artifacts"), many),
        **{"params": 3 * many, "models": 2, "versions": 4, "moves": 6},
    }
    [last] = [row for row in rows["runs"] if row["experiment"] == HOSTILE[-1]]
    assert (last["archived"], last["note"]) == (True, f"note of {HOSTILE[-1]}")
    params = {it["key"]: it for it in rows["params"] if it["run_id"] == last["id"]}
    assert {key: (it["value"], it["number"]) for key, it in params.items()} == {
        "lr": ("0.1", 0.1),
        "text": ('"0.1"', None),
        "layers": ("[8,8]", None),
    }
    [metric] = [row for row in rows["metrics"] if row["run_id"] == last["id"]]
    assert (metric["count"], metric["latest"], metric["min"], metric["max"]) == (
        *(4, 0.0, -math.inf, 0.5),
    )
    displaced = [row for row in rows["moves"] if row["displaced_by"] == 2]
    assert [(row["version"], row["to_stage"]) for row in displaced] == [(1, "archived")] * 2


async def test_tables_can_be_joined_by_duckdb(store: MemoryStore, tmp_path: Path) -> None:
    await export(store, tmp_path)
    [(experiment, lr, artifact)] = asked(
        f"""
        select runs.experiment, params.number, versions.artifact_name
        from '{tmp_path}/versions/*.parquet' versions
        join '{tmp_path}/runs/*.parquet' runs on runs.id = versions.run_id
        join '{tmp_path}/params/*.parquet' params on params.run_id = runs.id and key = 'lr'
        where versions.stage = 'production' and versions.model = 'model of 2024'
        """
    )
    assert (experiment, lr, artifact) == ("2024", 0.1, "m.bin")


async def test_an_export_ends_with_a_list_of_what_it_wrote(
    store: MemoryStore, tmp_path: Path
) -> None:
    await export(store, tmp_path)
    said = json.loads((tmp_path / "_SUCCESS").read_text())
    assert {file["name"] for file in said["files"]} == {*files_of(tmp_path)} - {"_SUCCESS"}
    for file in said["files"]:
        content = (tmp_path / file["name"]).read_bytes()
        assert (file["size"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert sum(it["rows"] for it in said["files"] if it["name"].startswith("points/")) == 32
    assert sorted(said["partitions"].values()) == sorted(HOSTILE)
    assert said["format"] == "parquet"


async def test_csv_has_the_same_tables_and_no_formula(store: MemoryStore, tmp_path: Path) -> None:
    await export(store, tmp_path, "csv")
    tables = {name.partition("/")[0] for name in files_of(tmp_path)}
    assert tables == {*TABLES, "points", "_SUCCESS"}
    with (tmp_path / "tags" / "part-00000.csv").open(newline="") as file:
        tags = [row["value"] for row in csv.DictReader(file)]
    assert sorted(tags) == sorted({*HOSTILE, "'=1+1"} - {"=1+1"})
    [points] = (tmp_path / "points" / "experiment=2024").iterdir()
    with points.open(newline="") as file:
        values = [row["value"] for row in csv.DictReader(file)]
    assert values == ["0.5", "NaN", "-Infinity", "-0.0"]


async def test_one_experiment_comes_with_its_models_only(
    store: MemoryStore, tmp_path: Path
) -> None:
    await export(store, tmp_path, experiment="2024")
    assert [row["experiment"] for row in table(tmp_path, "runs")] == ["2024"]
    assert [row["name"] for row in table(tmp_path, "models")] == ["model of 2024"]
    assert [it.name for it in (tmp_path / "points").iterdir()] == ["experiment=2024"]


async def test_an_empty_store_has_its_tables_too(tmp_path: Path) -> None:
    await export(MemoryStore(), tmp_path)
    for name in TABLES:
        assert ds.dataset(tmp_path / name).count_rows() == 0
