"""What a server does not do before it serves, so that it starts soon and holds little."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from chachaml_kernel.__main__ import main
from chachaml_kernel.config import load_config
from chachaml_kernel.workers.orders import Orders, write_orders
from chachaml_ui.pages.routes import PAGES

from tests.distributions import Install

COLLECTOR = """
import gc
from contextlib import nullcontext
from dataclasses import dataclass

from chachaml_kernel import hookimpl


@dataclass(frozen=True)
class Collector:
    @hookimpl
    def chachaml_store(self):
        return nullcontext()

    @hookimpl
    def chachaml_artifact_store(self):
        return nullcontext()

    @hookimpl
    async def chachaml_frontend(self, kernel, announce):
        print("before", gc.isenabled(), gc.get_freeze_count() > 0)
        announce("http://127.0.0.1:1")
        print("serving", gc.isenabled(), gc.get_freeze_count() > 0)

    @hookimpl
    async def chachaml_command(self, kernel):
        print("command", gc.isenabled(), gc.get_freeze_count() > 0)
"""


@pytest.fixture
def collector(add: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return the arguments that serve with a plugin that says what becomes of garbage."""
    add("c", plugins={"collector": "collecting:Collector"}, modules={"collecting": COLLECTOR})
    monkeypatch.chdir(tmp_path)
    Path("c.toml").write_text("[plugins.collector]\n")
    yield ["--config", "c.toml"]
    gc.unfreeze()


def test_garbage_is_collected_once_a_server_serves_but_what_the_start_made_is_left_alone(
    collector: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(collector) == 0
    first, _, last = capsys.readouterr().out.splitlines()
    assert (first, last) == ("before False False", "serving True True")
    assert gc.isenabled()


def test_what_the_start_of_a_worker_made_is_left_alone_too(collector: list[str]) -> None:
    config = load_config(file=Path(collector[-1]), env={})
    worker = subprocess.run(
        [sys.executable, "-m", "chachaml_kernel.workers.worker"],
        input=write_orders(Orders(config, "collector", 1)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
    )
    assert worker.stderr.decode().splitlines() == ["before True False", "serving True True"]


def test_garbage_is_collected_while_a_command_runs(
    collector: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*collector, "collector"]) == 0
    assert capsys.readouterr().out == "command True False\n"


def test_a_server_gives_large_pieces_of_memory_back_though_smaller_ones_lie_between() -> None:
    check = """
from chachaml_kernel.memory_use import settle
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * 4096
settle()
bytes(8 * 2**20)  # of which the C library would learn to keep such pieces
before = resident()
pieces = [bytearray(2**21) for _ in range(32) for kept in [small.append(bytes(1_000))]]
held = resident() - before
del pieces
assert held > 60 * 2**20 > 4 * 2**20 > resident() - before, (held, resident() - before)
"""
    subprocess.run([sys.executable, "-c", f"small = []\n{check}"], check=True)


@pytest.mark.parametrize("module", ["jinja2", "chachaml_ui.pages.frame", "tomllib", "alembic"])
def test_a_server_starts_without(module: str) -> None:
    served = "chachaml_kernel.command_line, chachaml_ui.server, chachaml_store_sqlite.store"
    check = f"import sys, {served}; sys.exit({module!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


@pytest.mark.parametrize("name", PAGES.values())
def test_every_page_is_where_the_table_says(name: str) -> None:
    module, _, function = f"chachaml_ui.pages.{name}".rpartition(".")
    assert callable(getattr(import_module(module), function))
