"""A stranger's plugin: built and installed as from an index, with nothing of this checkout."""

import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.command import serving
from tests.environments import ROOT, build_wheels, new_environment, run

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


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build_wheels(tmp_path_factory.mktemp("wheels"), *DISTRIBUTIONS)


@pytest.fixture(scope="module")
def scripts(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of a new environment with the kernel and the plugin."""
    return new_environment(tmp_path_factory.mktemp("installed") / "environment", *wheels)


def ask(address: str, body: object = None) -> Any:
    """Return the answer of the API to a GET, or to a POST where there is a `body`."""
    content = None if body is None else json.dumps(body).encode()
    with urlopen(Request(address, content, {"Content-Type": "application/json"})) as answer:
        return json.load(answer)


def test_its_own_tests_pass_where_it_is_installed_for_them(
    wheels: list[Path], tmp_path: Path
) -> None:
    scripts = new_environment(tmp_path / "environment", *wheels, "chachaml-store-journal[test]")
    shutil.copy(EXAMPLE / "pyproject.toml", tmp_path)
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    said = run(scripts / "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert re.search(r"^\d{3} passed", said, re.MULTILINE)


def test_what_it_stored_is_there_after_the_server_was_killed(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(CONFIG)
    with serving(tmp_path, "--config", "c.toml", command=scripts / "chachaml-kernel") as server:
        address = server.url
        started = ask(f"{address}/api/w/runs", {"experiment": "vision", "name": "first"})
        run_address = f"{address}/api/w/runs/{started['id']}"
        ask(f"{run_address}/params", {"lr": 0.1})
        ask(f"{run_address}/metrics", {"loss": float("nan"), "step": 3})
    assert (tmp_path / "all.journal").read_text().count("\n") == 3
    with serving(tmp_path, "--config", "c.toml", command=scripts / "chachaml-kernel") as server:
        address = server.url
        (listed,) = ask(f"{address}/api/runs")
        assert (listed["id"], listed["name"], listed["params"]) == (
            started["id"],
            "first",
            {"lr": 0.1},
        )
        history = ask(f"{address}/api/runs/{started['id']}/metrics?key=loss")
        assert (history["points"]["step"], history["points"]["value"]) == ([3], ["NaN"])


def test_it_is_installed_without_what_only_tests_need(scripts: Path) -> None:
    assert (scripts / "chachaml-kernel").exists()
    assert not (scripts / "pytest").exists()


def test_the_list_of_plugins_names_where_it_comes_from(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(CONFIG)
    listed = run(scripts / "chachaml-kernel", "plugins", "--config", "c.toml", cwd=tmp_path)
    (line,) = [line for line in listed.splitlines() if line.startswith("store_journal ")]
    assert "chachaml-store-journal 0.1.0" in line
    assert "chachaml_store" in line
