"""The command line, as a process of its own."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tests.distributions import install

SMALL = {
    "log": "LoggingStore",
    "artifacts": "ArtifactsOnly",
    "echo": "Echo",
    "stores": "Stores",
    "waiting": "Waiting",
    "corner": "Corner",
}
SLOW = """import sys, threading
sys.stderr.write("importing\\n")
sys.stderr.flush()
threading.Event().wait()
"""
CONFIG = "[plugins.log]\n[plugins.artifacts]\n[plugins.echo]\nport = 0\n"


ROOT = Path(__file__).parents[2]


class Command:
    """`chachaml-kernel` in a folder of its own, where some small plugins are installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "store.log"
        self.config = folder / "c.toml"
        self.config.write_text(CONFIG)
        install(
            folder / "packages",
            "small",
            plugins={name: f"tests.small_plugins:{target}" for name, target in SMALL.items()},
        )

    def configure_slow(self) -> None:
        """Configure a plugin whose import says so and then never ends."""
        packages = self.folder / "packages"
        install(packages, "slow", plugins={"slow": "slow:Slow"}, modules={"slow": SLOW})
        self.config.write_text("[plugins.slow]\n")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return self.python("-m", "chachaml_kernel", *arguments)

    def python(self, *arguments: str) -> subprocess.Popen[str]:
        path = os.pathsep.join((str(self.folder / "packages"), str(ROOT)))
        return subprocess.Popen(
            [sys.executable, "-W", "error", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate()
        return process.returncode, out, err

    def check_end(self, port: int, end: Callable[[], object]) -> None:
        """Check that a request that is open at `port` during `end` ends before the store does."""
        with socket.create_connection(("127.0.0.1", port)) as connection:
            lines = connection.makefile("r")
            assert lines.readline() == "ready\n"
            end()
            assert lines.readline() == "closing\n"
            assert self.log.read_text() == "opened\n"
            connection.sendall(b"hello\n")
            assert lines.readline() == "hello\n"

    @contextmanager
    def serving(self, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
        """Run the command until it serves; yield the process and its port."""
        with self.start(*arguments) as process:
            assert process.stdout
            try:
                line = process.stdout.readline()
                found = re.fullmatch(
                    rf"chachaml-kernel {re.escape(version('chachaml-kernel'))} "
                    r"on http://127\.0\.0\.1:(\d+) \(Ctrl-C ends it\)\n",
                    line,
                )
                assert found, process.communicate()
                yield process, int(found[1])
            finally:
                process.kill()
