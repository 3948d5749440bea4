"""Workload 7: a large artifact up and down, and how the server's memory grows meanwhile."""

import hashlib
import random

from bench.processes import forget_peak, peak, resident, settle
from bench.serving import Server
from bench.site import Site
from bench.targets import Target
from bench.wire import Connection, ask
from bench.workload import Measure, Row, Sizes, Workload, verify


def artifact(sizes: Sizes) -> Workload:
    """Return the workload."""

    def prepare(site: Site, target: Target) -> Measure:
        server = site.serve(target)
        run = ask(server.port, target.start())
        ask(server.port, target.upload(run, *_content(1, seed=0)))
        settle(server.leader)
        seeds = iter(range(1, 1_000))

        def measure() -> dict[str, float]:
            content, sha256 = _content(sizes.megabytes, seed=next(seeds))
            return _there_and_back(target, server, run, content, sha256)

        return measure

    what = f"an artifact of {sizes.megabytes} MB"
    rows = (
        Row("artifact_up", 7, f"{what} up", "MB/s", more=True),
        Row("artifact_down", 7, f"{what} down", "MB/s", more=True),
        Row("artifact_memory", 7, f"{what}: growth of the server's memory", "MiB"),
    )
    return Workload("artifact", rows, prepare)


def _there_and_back(
    target: Target, server: Server, run: str, content: bytes, sha256: str
) -> dict[str, float]:
    before = resident(server.leader)
    forget_peak(server.leader)
    connection = Connection(server.port)
    up, stored = connection.timed(target.upload(run, content, sha256))
    down, bodies = connection.timed(stored.download())
    connection.close()
    growth = peak(server.leader) - before
    verify("sha256 of what came back", hashlib.sha256(bodies[0]).hexdigest(), expected=sha256)
    size = len(content) / 1e6
    return {"artifact_up": size / up, "artifact_down": size / down, "artifact_memory": growth}


def _content(megabytes: int, *, seed: int) -> tuple[bytes, str]:
    content = random.Random(seed).randbytes(1_000_000) * megabytes
    return content, hashlib.sha256(content).hexdigest()
