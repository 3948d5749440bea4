"""A full disk: writes are refused, nothing that was answered is lost, and room is all it needs."""

import hashlib
import os
import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.command import COMMAND, Serving, serving

SIZE = "28m"
RESERVE = 6_000_000
BALLAST = 2_000_000
ARTIFACT = bytes(500_000)
BYTES = {"Content-Type": "application/octet-stream"}
SCRIPT = f"""#!/bin/sh
# The disk is one in memory that only this process has, and that goes with it.
exec unshare --mount {"" if os.geteuid() == 0 else "--map-root-user"} sh -c '
mount -t tmpfs -o size={SIZE} tmpfs disk &&
printf "[plugins.store_sqlite]\nreserve = {RESERVE}\n" >>chachaml.toml &&
printf "[plugins.artifacts_fs]\n[plugins.ui]\n" >>chachaml.toml &&
head -c {BALLAST} /dev/zero >disk/ballast &&
exec {COMMAND} --config chachaml.toml --data disk "$@"' sh "$@"
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    command = tmp_path / "command"
    command.write_text(SCRIPT)
    command.chmod(0o700)
    (tmp_path / "disk").mkdir()
    with serving(tmp_path, command=command) as server:
        yield server


def test_a_full_disk_refuses_writes_and_loses_nothing(server: Serving, tmp_path: Path) -> None:
    disk = Path(f"/proc/{server.process.pid}/root") / tmp_path.relative_to("/") / "disk"
    with httpx.Client(base_url=server.url, timeout=60) as http:
        run = http.post("/api/w/runs", json={}).json()["id"]
        artifacts = 0
        while (answer := upload(http, run, artifacts)).is_success:
            artifacts += 1
        assert_no_room(answer)
        points = 0
        while (answer := http.post(f"/api/w/runs/{run}/metrics", json={"m": points})).is_success:
            points += 1
        assert_no_room(answer)
        assert http.get("/readyz").status_code == 503
        assert_all_there(http, run, artifacts, points)
        files = [path for path in (disk / "chachaml-artifacts").rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in files) == artifacts * len(ARTIFACT)
        (disk / "ballast").unlink()
        assert http.get("/readyz").status_code == 200
        assert upload(http, run, artifacts).is_success
        assert http.post(f"/api/w/runs/{run}/metrics", json={"m": points}).is_success
        assert_all_there(http, run, artifacts + 1, points + 1)


def test_a_full_disk_is_emptied_by_deleting_runs(server: Serving) -> None:
    chance = random.Random(1)
    noise = {"metrics": {"m": [chance.random() for _ in range(20_000)]}}
    with httpx.Client(base_url=server.url, timeout=60) as http:
        runs = []
        while (answer := http.post("/api/w/runs", json={})).is_success:
            runs.append(answer.json()["id"])
            http.post(f"/api/w/runs/{runs[-1]}/metrics", json=noise)
        assert_no_room(answer)
        assert_no_room(http.post(f"/api/w/runs/{runs[0]}/metrics", json=noise))
        half = len(runs) // 2
        for run in runs[:half]:
            assert http.post(f"/api/w/runs/{run}/archive").is_success
            assert http.delete(f"/api/w/runs/{run}").is_success
        assert http.get("/readyz").status_code == 200
        assert http.post(f"/api/w/runs/{runs[half]}/metrics", json=noise).is_success
        assert {run["id"] for run in http.get("/api/runs?limit=500").json()} == {*runs[half:]}


def upload(http: httpx.Client, run: str, number: int) -> httpx.Response:
    path = f"/api/w/runs/{run}/artifacts?name=a{number}"
    return http.post(path, content=ARTIFACT, headers=BYTES)


def assert_no_room(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert "space left" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) > 0


def assert_all_there(http: httpx.Client, run: str, artifacts: int, points: int) -> None:
    found = http.get(f"/api/runs/{run}").json()
    assert len(found["artifacts"]) == artifacts > 0
    assert [metric["count"] for metric in found["metrics"]] == [points]
    digest = hashlib.sha256(ARTIFACT).hexdigest()
    for artifact in found["artifacts"]:
        data = http.get(f"/api/artifacts/{artifact['id']}/download").content
        assert hashlib.sha256(data).hexdigest() == artifact["sha256"] == digest
