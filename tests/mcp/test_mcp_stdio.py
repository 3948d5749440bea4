"""How the command ends: the stores are closed, and nothing is left to be said."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import COMMAND, clean_environment
from tests.mcp.connecting import PLUGINS

BEGIN = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


class Started:
    """The command, to which a client said hello."""

    def __init__(self, folder: Path) -> None:
        (folder / "c.toml").write_text(f"{PLUGINS}[plugins.mcp]\n")
        self.log = folder / "chachaml.db-wal"
        self.process = subprocess.Popen(
            [COMMAND, "mcp", "--config", "c.toml"],
            cwd=folder,
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.ask("initialize", BEGIN)
        assert self.process.stdout
        assert "serverInfo" in self.process.stdout.readline()

    def ask(self, method: str, params: Any) -> None:
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        assert self.process.stdin
        self.process.stdin.write(f"{json.dumps(asked)}\n")
        self.process.stdin.flush()

    def check_end(self, code: int) -> None:
        """Check that it ends without a word, its input open or not, and has closed its store."""
        assert self.process.stdout
        assert self.process.stderr
        if not self.process.stdout.closed:
            self.process.stdout.read()
        assert (self.process.stderr.read(), self.process.wait()) == ("", code)
        assert not self.log.exists()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    started = Started(tmp_path)
    with started.process:
        assert started.log.exists()  # as long as the store is open
        yield started
        started.process.kill()


def test_it_ends_when_its_input_does(started: Started) -> None:
    assert started.process.stdin
    started.process.stdin.close()
    started.check_end(0)


def test_it_ends_when_nobody_reads_its_answers_any_more(started: Started) -> None:
    assert started.process.stdout
    started.process.stdout.close()
    started.ask("tools/list", {})
    started.check_end(0)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_while_it_waits(
    started: Started, number: signal.Signals, code: int
) -> None:
    started.process.send_signal(number)
    started.check_end(code)


def test_a_signal_ends_it_while_it_answers(started: Started) -> None:
    for _ in range(8):
        started.ask("tools/list", {})
    assert started.process.stdout
    assert "rank_params" in started.process.stdout.readline()
    started.process.send_signal(signal.SIGTERM)
    started.check_end(143)
