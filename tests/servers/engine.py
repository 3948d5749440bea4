"""A Docker engine: the one that answers, else one of our own for as long as it is needed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ANSWER_SECONDS = 10
START_SECONDS = 30
BRIDGE = Path("/sys/class/net/docker0")
SETTINGS = (
    "--iptables=false",  # which would stay when it ends; a proxy of its own leads to the containers
    "--ip=127.0.0.1",
    "--userland-proxy=true",
    "--log-level=warn",
)


class NoEngine(Exception):
    """No engine answers, and none can be started; says why."""


def docker(*arguments: str, environment: Mapping[str, str]) -> str | None:
    """Return what the command `docker` says; none if it fails or does not end in time."""
    try:
        done = subprocess.run(
            ["docker", *arguments],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


@contextmanager
def engine() -> Iterator[Mapping[str, str]]:
    """Yield the variables with which an engine is reached; one that was started here is ended."""
    _require("docker")
    if docker("info", environment={}) is not None:
        yield {}
        return
    _require("dockerd")
    if os.geteuid() != 0:
        raise NoEngine("no Docker engine answers, and only root can start one; start Docker")
    # overlay2 needs a real file system below it, which /tmp is not everywhere.
    folder = Path(tempfile.mkdtemp(prefix="chachaml-docker-", dir="/var/tmp"))
    had_bridge = BRIDGE.exists()
    try:
        with _started(folder) as address:
            yield {"DOCKER_HOST": address}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if not had_bridge and BRIDGE.exists():
            subprocess.run(["ip", "link", "delete", BRIDGE.name], check=True)


def _require(program: str) -> None:
    if shutil.which(program) is None:
        raise NoEngine(f"there is no program {program!r}; run tests/setup.sh containers")


@contextmanager
def _started(folder: Path) -> Iterator[str]:
    """Run an engine that has all its files in `folder`; yield its address."""
    address = f"unix://{folder}/docker.sock"
    places = [f"--host={address}", f"--data-root={folder}/data", f"--exec-root={folder}/exec"]
    program = ["dockerd", *places, f"--pidfile={folder}/pid", *SETTINGS]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(program, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(process, address, folder / "log")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(START_SECONDS)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if docker("info", environment={"DOCKER_HOST": address}) is not None:
            return
        time.sleep(0.1)
    raise NoEngine(f"the Docker engine does not start:\n{log.read_text()[-2_000:]}")
