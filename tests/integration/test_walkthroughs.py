"""The two scripts of `examples/` against the real command; every answer is looked at."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.command import clean_environment, serving

EXAMPLES = Path(__file__).parents[2] / "examples"
MODEL = b"these bytes stand for a trained model"
OK = {"ok": True}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path) as server:
        yield server.url


def answers(url: str, *command: str) -> list[Any]:
    done = subprocess.run(
        command, env=clean_environment(HOST=url), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(url: str, answered: list[Any], *, losses: list[float]) -> None:
    run, params, *metrics, artifact, ended, version, promoted = answered
    assert {name: run[name] for name in ("experiment", "name", "status")} == {
        "experiment": "iris",
        "name": "from-python",
        "status": "running",
    }
    assert [params, ended, *metrics] == [OK] * (len(losses) + 4)
    assert artifact == {
        "ok": True,
        "id": artifact["id"],
        "name": "model.pkl",
        "sha256": hashlib.sha256(MODEL).hexdigest(),
        "size": len(MODEL),
    }
    assert (version["name"], version["version"], version["stage"]) == (
        "iris-classifier",
        1,
        "staging",
    )
    assert (version["run_id"], version["description"]) == (run["id"], "first cut")
    assert promoted["stage_since"] >= version["stage_since"]
    since = promoted["stage_since"]
    assert promoted == {**version, "stage": "production", "stage_since": since}
    check_what_is_stored(url, run["id"], version, losses=losses)


def check_what_is_stored(url: str, run_id: str, version: Any, *, losses: list[float]) -> None:
    with httpx.Client(base_url=url) as client:
        stored = client.get(f"/api/runs/{run_id}").json()
        assert stored["status"] == "completed"
        assert stored["params"] == {"lr": 0.01, "epochs": 100}
        assert stored["tags"] == {"author": "maria"}
        history = client.get(f"/api/runs/{run_id}/metrics", params={"key": "loss"}).json()
        assert history["points"]["value"] == [*losses, 0.4]
        assert history["points"]["step"] == [*range(len(losses)), 12]
        accuracy = client.get(f"/api/runs/{run_id}/metrics", params={"key": "accuracy"}).json()
        assert sorted(accuracy["points"]["value"]) == [0.9, 0.94]
        [listed] = client.get("/api/runs").json()
        assert listed["headline"]["key"] == "accuracy"
        download = client.get(f"/api/artifacts/{version['artifact']['id']}/download")
        assert download.content == MODEL
        assert client.get("/api/models").json()[0]["production"]["version"] == 1


def test_the_shell_script_logs_a_run_and_promotes_its_model(url: str) -> None:
    answered = answers(url, "bash", str(EXAMPLES / "log_run.sh"))
    check(url, answered, losses=[1.0, 0.5, 0.333, 0.25, 0.2])


def test_the_python_script_logs_a_run_and_promotes_its_model(url: str) -> None:
    answered = answers(url, sys.executable, str(EXAMPLES / "log_run.py"))
    check(url, answered, losses=[1.0 / (epoch + 1) for epoch in range(100)])


def test_a_second_run_of_a_script_displaces_the_version_in_production(url: str) -> None:
    for _ in range(2):
        answers(url, "bash", str(EXAMPLES / "log_run.sh"))
    model = httpx.get(f"{url}/api/models/iris-classifier").json()
    assert [version["stage"] for version in model["versions"]] == ["production", "archived"]
