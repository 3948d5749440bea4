"""`chachaml-kernel export`, as a process of its own, into folders and buckets."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import httpx
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from pyarrow.fs import S3FileSystem

from tests.command import COMMAND, clean_environment, serving
from tests.everything import BOTH_FORMATS, files_of
from tests.servers.s3 import BUCKET, KEYS, S3Server


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder of a server that runs, and that has some runs."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "c.toml").write_text(BOTH_FORMATS)
    with serving(folder, "--config", "c.toml") as server, httpx.Client(timeout=60) as http:
        for experiment in ("iris", "a/b=c %"):
            asked = {"experiment": experiment, "name": "slow"}
            run = http.post(f"{server.url}/api/w/runs", json=asked).raise_for_status().json()["id"]
            points = [{"loss": 1 / (step + 1), "step": step} for step in range(1_000)]
            http.post(f"{server.url}/api/w/runs/{run}/metrics", json=points).raise_for_status()
        yield folder


def run(data: Path, *arguments: str, config: str = "c.toml") -> tuple[int, str, str]:
    done = subprocess.run(
        [COMMAND, "export", "--config", config, "--data", data, *arguments],
        cwd=data,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


FAILED, REFUSED = 1, 2


def on_s3(data: Path, s3: S3Server) -> str:
    """Return a config file, beside the one of the server, with another place for artifacts."""
    settings = {"bucket": BUCKET, "endpoint": s3.endpoint, "prefix": "own", **KEYS}
    lines = "\n".join(f'{key} = "{value}"' for key, value in settings.items())
    text = BOTH_FORMATS.replace("[plugins.artifacts_fs]", f"[plugins.artifacts_s3]\n{lines}\n")
    (data / "s3.toml").write_text(text)
    return "s3.toml"


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_everything_is_exported_while_a_server_runs(
    data: Path, tmp_path: Path, format: str
) -> None:
    code, said, wrong = run(data, "--format", format, "--to", str(tmp_path / "out"))
    assert (code, wrong) == (0, "")
    assert re.fullmatch(
        rf"exported to {tmp_path}/out: 2 runs, 2,000 points; 12 files, [0-9,]+ bytes\n", said
    )
    points = f"read_{format}('{tmp_path}/out/points/*/*', hive_types_autocast = false)"
    found = duckdb.connect().execute(
        f"select experiment, count(*), max(value) from {points} group by all order by all"
    )
    assert found.fetchall() == [("a/b=c %", 1_000, 1.0), ("iris", 1_000, 1.0)]


def test_an_export_into_a_bucket_is_read_from_there(data: Path, s3: S3Server, prefix: str) -> None:
    config = on_s3(data, s3)
    target = ("--format", "parquet", "--to", f"s3://{BUCKET}/{prefix}/all")
    code, said, wrong = run(data, *target, config=config)
    assert (code, wrong) == (0, "")
    assert said.startswith(f"exported to s3://{BUCKET}/{prefix}/all: 2 runs, 2,000 points;")
    address = s3.endpoint.removeprefix("http://")
    bucket = S3FileSystem(**KEYS, endpoint_override=address, scheme="http", region="us-east-1")
    by_name = ds.partitioning(pa.schema([("experiment", pa.string())]), flavor="hive")
    folder = f"{BUCKET}/{prefix}/all/points"
    points = ds.dataset(folder, filesystem=bucket, format="parquet", partitioning=by_name)
    assert points.count_rows() == 2_000
    assert {*points.to_table().column("experiment").to_pylist()} == {"iris", "a/b=c %"}
    code, said, wrong = run(data, *target, config=config)
    assert (code, said) == (REFUSED, "")
    assert "the target is not empty: '_SUCCESS' is there" in wrong
    assert run(data, *target, "--overwrite", "--experiment", "iris", config=config)[0] == 0
    names = {str(it.object_name) for it in s3.client.list_objects(BUCKET, prefix, recursive=True)}
    assert len(names) == 12
    assert f"{prefix}/all/points/experiment=iris/part-00000.parquet" in names


@pytest.mark.parametrize(
    ("arguments", "said", "expected"),
    [
        (["--format", "xlsx", "--to", "new"], "'xlsx'; available: csv, parquet", REFUSED),
        (["--format", "csv", "--to", "gs://b/p"], "no configured plugin writes to gs://", REFUSED),
        (["--format", "csv", "--to", "s3://b/p"], "[plugins.artifacts_s3] knows s3://", REFUSED),
        (["--format", "csv", "--to", "."], "the target is not empty", REFUSED),
        (["--format", "csv", "--to", "c.toml"], "c.toml is a file, not a folder", FAILED),
        (
            ["--format", "csv", "--to", "new", "--experiment", "no"],
            "no experiment is named 'no'",
            FAILED,
        ),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    data: Path, arguments: list[str], said: str, expected: int
) -> None:
    before = files_of(data)
    code, out, wrong = run(data, *arguments)
    assert (code, out) == (expected, "")
    assert said in wrong
    assert wrong.count("\n") == 1
    assert {*files_of(data)} - {"chachaml.db-wal", "chachaml.db-shm"} <= {*before}


@pytest.mark.parametrize(
    ("target", "said", "expected"),
    [
        ("s3://No_Bucket/x", "s3://No_Bucket/x is no folder of S3: bucket is 'No_Bucket'", REFUSED),
        (f"s3://{BUCKET}/../x", "folders of letters", REFUSED),
        ("s3://missing-bucket/x", "NoSuchBucket", FAILED),
    ],
)
def test_a_bucket_that_cannot_be_written_to_is_told_without_a_secret(
    data: Path, s3: S3Server, target: str, said: str, expected: int
) -> None:
    config = on_s3(data, s3)
    code, out, wrong = run(data, "--format", "csv", "--to", target, config=config)
    assert (code, out) == (expected, "")
    assert said in wrong
    assert "secret" not in wrong.replace("secret_key", "")
