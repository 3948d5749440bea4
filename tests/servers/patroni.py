"""Two PostgreSQL servers of which Patroni makes one the primary, over an etcd, on loopback.

A write is acknowledged when both have it, so the one that takes over has all of them.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.ports import held_ports
from tests.servers.postgres import PASSWORD, programs, unprivileged

VERSION = 15
START_SECONDS = 90
TTL = 20
"""Seconds after which a primary that says nothing is taken for dead; Patroni takes no fewer."""


@dataclass
class Node:
    """One server, and the Patroni that minds it."""

    folder: Path
    name: str
    port: int
    api: int
    process: subprocess.Popen[bytes]

    @property
    def role(self) -> str:
        """What the node is now: `primary`, `replica`, or nothing that it says."""
        return str(self._told().get("role", "")).replace("master", "primary")

    @property
    def is_in_sync(self) -> bool:
        """Tell whether a write is acknowledged only once this replica has it."""
        return bool(self._told().get("sync_standby"))

    def _told(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.api}/", timeout=2) as answer:
                    return dict(json.load(answer))
            except urllib.error.HTTPError as error:  # what it is not, it says with a 503
                return dict(json.load(error))
        return {}

    def kill(self) -> None:
        """Kill the server and who minds it at once, as a machine that is cut off."""
        self.process.kill()
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        self.process.wait()


@dataclass
class Cluster:
    """The nodes of a cluster."""

    nodes: list[Node] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        """The address of whichever node is the primary."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgresql://tester:{PASSWORD}@{hosts}/postgres?target_session_attrs=primary"

    def primary(self) -> Node:
        """Return the primary; wait until there is one."""
        return self._wait(lambda node: node.role == "primary")

    def synced(self) -> Node:
        """Return the replica; wait until it has all that is acknowledged."""
        return self._wait(lambda node: node.is_in_sync)

    def _wait(self, wanted: Callable[[Node], bool]) -> Node:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            for node in self.nodes:
                if wanted(node):
                    return node
            time.sleep(0.1)
        raise AssertionError("\n".join(log_of(node.folder) for node in self.nodes))


def log_of(folder: Path) -> str:
    return (folder / "log").read_text()[-3_000:]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a cluster of two; what it kept is removed at the end."""
    for program in ("etcd", "patroni"):
        assert shutil.which(program), f"{program} is not installed; run `make setup`"
    folder = Path(tempfile.mkdtemp(prefix="patroni-"))
    folder.chmod(0o755)
    made = Cluster()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        ports = stack.enter_context(held_ports(6))
        stack.enter_context(_etcd(folder, ports[0], ports[1]))
        for name, port, api in (("one", ports[2], ports[3]), ("two", ports[4], ports[5])):
            node = _node(folder / name, name, port, api, etcd=ports[0])
            made.nodes.append(node)
            stack.callback(_end, node)
        made.synced()
        yield made


@contextmanager
def _etcd(folder: Path, port: int, peers: int) -> Iterator[None]:
    address, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peers}"
    options = {
        "data-dir": folder / "etcd",
        "listen-client-urls": address,
        "advertise-client-urls": address,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"default={peer}",
    }
    with (folder / "etcd.log").open("wb") as log:
        process = subprocess.Popen(
            ["etcd", *(f"--{name}={value}" for name, value in options.items())],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _node(folder: Path, name: str, port: int, api: int, *, etcd: int) -> Node:
    folder.mkdir()
    who = unprivileged(folder)
    accounts = {
        "superuser": {"username": "tester", "password": PASSWORD},
        "replication": {"username": "copier", "password": PASSWORD},
        "rewind": {"username": "rewinder", "password": PASSWORD},
    }
    allowed = [
        f"host {database} all 127.0.0.1/32 scram-sha-256" for database in ("replication", "all")
    ]
    settings = {
        "scope": "tests",
        "name": name,
        "restapi": {"listen": f"127.0.0.1:{api}", "connect_address": f"127.0.0.1:{api}"},
        "etcd3": {"hosts": f"127.0.0.1:{etcd}"},
        "bootstrap": {
            "dcs": {
                "ttl": TTL,
                "loop_wait": 2,
                "retry_timeout": 4,
                "synchronous_mode": True,
                "postgresql": {
                    "parameters": {"max_connections": 100, "hot_standby": "on"},
                },
            },
            "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "no-sync"],
            "pg_hba": allowed,
        },
        "postgresql": {
            "listen": f"127.0.0.1:{port}",
            "connect_address": f"127.0.0.1:{port}",
            "data_dir": str(folder / "data"),
            "bin_dir": str(programs(VERSION)),
            "pgpass": str(folder / "pgpass"),
            "authentication": accounts,
            "parameters": {"unix_socket_directories": "", "fsync": "off"},
        },
    }
    config = folder / "patroni.yml"
    config.write_text(json.dumps(settings))  # which is YAML too
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["patroni", config],
            stdout=log,
            stderr=log,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)},
            **who,
        )
    return Node(folder, name, port, api, process)


def _end(node: Node) -> None:
    if node.process.poll() is None:
        with suppress(OSError, ValueError):
            node.kill()
        node.process.kill()
        node.process.wait()
