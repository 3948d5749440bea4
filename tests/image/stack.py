"""Containers, started as `deploy/compose.yaml` says and looked at from outside."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.environments import ROOT, run

SETTINGS = ROOT / "deploy" / "compose.yaml"
READY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Stack:
    """A project of Compose that runs; `url` is where its proxy is reached."""

    project: str
    url: str
    command: tuple[str, ...]

    def compose(self, *arguments: str) -> str:
        """Return what Compose says to these arguments."""
        return run(*self.command, *arguments, cwd=ROOT)

    def start(self) -> None:
        """Start everything; return once the proxy finds a kernel ready."""
        self.compose("up", "--detach", "--no-build")
        end = time.monotonic() + READY_SECONDS
        while not _is_ready(self.url):
            assert time.monotonic() < end, self.compose("logs", "--no-color")
            time.sleep(0.2)

    def container(self, service: str) -> str:
        """Return the id of a service's container."""
        return self.compose("ps", "-q", service).strip()


def docker(*arguments: str) -> str:
    """Return what the engine says; fail the test if it refuses."""
    return run("docker", *arguments, cwd=ROOT).strip()


def state(container: str) -> Mapping[str, object]:
    """Return how a container is: its status, its exit code, and its health by name."""
    found = json.loads(docker("inspect", "--format", "{{json .State}}", container))
    return {**found, "Health": found.get("Health", {}).get("Status")}


def wait_until_healthy(container: str) -> None:
    """Return once a container's health check succeeds; fail with its log if that takes long."""
    end = time.monotonic() + READY_SECONDS
    while state(container)["Health"] != "healthy":
        assert time.monotonic() < end, docker("logs", container)
        time.sleep(0.2)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def stack(variables: Mapping[str, str], folder: Path) -> Iterator[Stack]:
    """Start everything; yield once the proxy finds a kernel ready, and remove it at the end."""
    secrets = folder / "env"
    secrets.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    project = f"chachaml-test-{os.getpid()}"
    options = ("-p", project, "--env-file", str(secrets), "-f", str(SETTINGS))
    url = f"http://127.0.0.1:{variables['TRACKER_PORT']}"
    started = Stack(project, url, (*_program(), *options))
    try:
        started.start()
        yield started
    finally:
        started.compose("down", "--volumes", "--timeout", "20")


def _program() -> tuple[str, ...]:
    """Return what Compose is called by: a part of Docker, or a program of its own."""
    asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    if asked.returncode == 0:
        return ("docker", "compose")
    assert shutil.which("docker-compose"), "there is no Compose; run tests/setup.sh containers"
    return ("docker-compose",)
