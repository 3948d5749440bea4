"""What `pip install 'chachaml-kernel[default]'` gives, from wheels and in an empty environment."""

import sys
from pathlib import Path

import httpx
import pytest

from tests.command import serving
from tests.environments import ROOT, build_wheels, run

PLUGINS = ("artifacts_fs", "export_csv", "store_sql", "store_sqlite", "ui")


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the command as plain pip installs it."""
    folder = tmp_path_factory.mktemp("installed")
    sources = [ROOT / "kernel", *(ROOT / "plugins" / name for name in PLUGINS)]
    build_wheels(folder / "wheels", *sources)
    run(sys.executable, "-m", "venv", folder / "environment", cwd=folder)
    programs = folder / "environment" / "bin"
    links = ("--find-links", folder / "wheels")
    run(programs / "pip", "install", *links, "chachaml-kernel[default]", cwd=folder)
    return programs / "chachaml-kernel"


def test_the_command_serves_the_api_and_the_page(command: Path, tmp_path: Path) -> None:
    with serving(tmp_path, command=command) as server:
        started = httpx.post(f"{server.url}/api/w/runs", json={"name": "first"}).json()
        page = httpx.get(f"{server.url}/runs")
        assert started["id"] in page.text
        assert (tmp_path / "chachaml.db").exists()
        styles = httpx.get(f"{server.url}/api/openapi.json").json()
        assert "/api/runs" in styles["paths"]


def test_all_plugins_come_with_it(command: Path, tmp_path: Path) -> None:
    listed = run(command, "plugins", cwd=tmp_path)
    for name in set(PLUGINS) - {"store_sql"}:
        assert f"chachaml-{name.replace('_', '-')} " in listed
