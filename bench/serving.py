"""Starting servers: each in a folder of its own, on a free port, ended with all its children."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import end
from bench.targets import Program
from bench.wire import Refused, alone, ask, get
from tests.command import clean_environment

PATIENCE = 300.0
"""Seconds that a server may take to start."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: where, and how long it took to its first answer."""

    port: int
    leader: int
    """The process that leads the session of all of the server's processes."""

    folder: Path
    seconds: float


@contextmanager
def new_server(program: Program) -> Iterator[Server]:
    """Serve with new and empty data."""
    with (
        TemporaryDirectory(prefix=f"bench-{program.name}-") as folder,
        serve(program, Path(folder)) as server,
    ):
        yield server


@contextmanager
def serve(program: Program, folder: Path) -> Iterator[Server]:
    """Serve with the data in `folder`, from the first 200 on; end it however the block ends."""
    port = free_port()
    with (folder / "server.log").open("ab") as log:
        begin = time.perf_counter()
        process = subprocess.Popen(
            program.command(folder, port),
            cwd=folder,
            env=clean_environment(**program.environment(folder)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, port, program.ready, folder / "server.log")
        yield Server(port, process.pid, folder, time.perf_counter() - begin)
    finally:
        end(process.pid)
        process.wait()


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask(port, alone(get(path)))
            return
        except (ConnectionError, Refused):
            time.sleep(0.005)
    said = log.read_text(errors="replace")[-2_000:]
    raise TimeoutError(f"{process.args!r} does not serve (exit {process.returncode}): {said}")
