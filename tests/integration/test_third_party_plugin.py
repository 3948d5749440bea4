"""A stranger's plugin: built and installed as from an index, with nothing of this checkout."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "store_journal"
DISTRIBUTIONS = [
    ROOT / "kernel",
    ROOT / "plugins" / "artifacts_fs",
    ROOT / "plugins" / "ui",
    EXAMPLE,
]

CONFIG = """
[plugins.store_journal]
path = "all.journal"

[plugins.artifacts_fs]

[plugins.ui]
port = 0
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Return what `command` says; fail the test with all of it if the command fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def find_uv() -> str:
    """Return the path of uv, which builds and installs as a user would."""
    places = [None, str(ROOT / ".tools" / "bin"), str(Path(sys.prefix) / "bin")]
    found = next(filter(None, (shutil.which("uv", path=place) for place in places)), None)
    assert found, (
        f"no uv on PATH, in {places[1]} or in {places[2]}; install it with `pip install uv`"
    )
    return found


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of a new environment with the kernel and the plugin."""
    folder = tmp_path_factory.mktemp("installed")
    uv, wheels, environment = find_uv(), folder / "wheels", folder / "environment"
    for distribution in DISTRIBUTIONS:
        run(uv, "build", "--wheel", "--out-dir", wheels, distribution, cwd=folder)
    run(uv, "venv", "--python", sys.executable, environment, cwd=folder)
    python = environment / "bin" / "python"
    run(uv, "pip", "install", "--python", python, *wheels.glob("*.whl"), cwd=folder)
    return python.parent


@contextmanager
def serving(scripts: Path, folder: Path) -> Iterator[str]:
    """Serve from `folder` and yield the address; kill the server without a warning."""
    command: list[str | Path] = [scripts / "chachaml-kernel", "--config", "c.toml"]
    with (
        (folder / "errors.txt").open("w") as errors,
        subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as server,
    ):
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            address = re.search(r"http://[^\s,]+", line)
            assert address, f"{line}{(folder / 'errors.txt').read_text()}"
            yield address[0].rstrip("/")
        finally:
            server.kill()


def ask(address: str, body: object = None) -> Any:  # noqa: ANN401  whatever JSON can say
    """Return the answer of the API to a GET, or to a POST where there is a `body`."""
    content = None if body is None else json.dumps(body).encode()
    with urlopen(Request(address, content, {"Content-Type": "application/json"})) as answer:
        return json.load(answer)


def test_its_own_tests_pass_where_it_is_installed(scripts: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE / "pyproject.toml", tmp_path)
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    said = run(scripts / "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert re.search(r"^\d{3} passed", said, re.MULTILINE)


def test_what_it_stored_is_there_after_the_server_was_killed(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(CONFIG)
    with serving(scripts, tmp_path) as address:
        started = ask(f"{address}/api/w/runs", {"experiment": "vision", "name": "first"})
        run_address = f"{address}/api/w/runs/{started['id']}"
        ask(f"{run_address}/params", {"lr": 0.1})
        ask(f"{run_address}/metrics", {"loss": float("nan"), "step": 3})
    assert (tmp_path / "all.journal").read_text().count("\n") == 3
    with serving(scripts, tmp_path) as address:
        (listed,) = ask(f"{address}/api/runs")
        assert (listed["id"], listed["name"], listed["params"]) == (
            started["id"],
            "first",
            {"lr": 0.1},
        )
        history = ask(f"{address}/api/runs/{started['id']}/metrics?key=loss")
        assert (history["points"]["step"], history["points"]["value"]) == ([3], ["NaN"])


def test_the_list_of_plugins_names_where_it_comes_from(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(CONFIG)
    listed = run(scripts / "chachaml-kernel", "plugins", "--config", "c.toml", cwd=tmp_path)
    (line,) = [line for line in listed.splitlines() if line.startswith("store_journal ")]
    assert "chachaml-store-journal 0.1.0" in line
    assert "chachaml_store" in line
