"""Workload 13: clients that log to one run at full speed, and some who watch it."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.load import drive
from bench.processes import processor_seconds
from bench.serving import Server
from bench.site import Site
from bench.targets import Target
from bench.wire import Call, ask
from bench.workload import Measure, Row, Sizes, Workload, verify

ROOT = Path(__file__).parents[2]
CLIENTS = 20
SOME, MANY = 2, 20


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of it: requests a second, seconds of processor a second, and milliseconds that
    points came late, half of them and the last one."""

    rate: float
    processor: float
    p50: float = 0.0
    worst: float = 0.0


def watchers(sizes: Sizes) -> Workload:
    """Return the workload."""

    def prepare(site: Site, target: Target) -> Measure:
        server = site.serve(target)
        log_watched(target, server, 0, seconds=0.3)

        def measure() -> dict[str, float]:
            alone, *watched = (
                log_watched(target, server, count, seconds=sizes.seconds)
                for count in (0, SOME, MANY)
            )
            return {
                "watchers_0_rate": alone.rate,
                **_figures(SOME, watched[0], alone),
                **_figures(MANY, watched[1], alone),
            }

        return measure

    def rows_of(count: int) -> tuple[Row, ...]:
        what = f"{CLIENTS} clients on one run, {count} watchers"
        return (
            Row(f"watchers_{count}_rate", 13, what, "/s", more=True),
            Row(f"watchers_{count}_cpu", 13, f"{what}: processor for each", "ms/s"),
            Row(f"watchers_{count}_p50", 13, f"{what}: a point comes late, p50", "ms"),
            Row(f"watchers_{count}_worst", 13, f"{what}: the latest point", "ms"),
        )

    nobody = Row("watchers_0_rate", 13, f"{CLIENTS} clients on one run", "/s", more=True)
    return Workload("watchers", (nobody, *rows_of(SOME), *rows_of(MANY)), prepare, ours_only=True)


def _figures(count: int, watched: Watched, alone: Watched) -> Mapping[str, float]:
    """Return the rows of some watchers; what they take is what requests alone would not have."""
    by_requests = alone.processor / alone.rate * watched.rate
    return {
        f"watchers_{count}_rate": watched.rate,
        f"watchers_{count}_cpu": (watched.processor - by_requests) / count * 1e3,
        f"watchers_{count}_p50": watched.p50,
        f"watchers_{count}_worst": watched.worst,
    }


def log_watched(target: Target, server: Server, count: int, *, seconds: float) -> Watched:
    """Log to a new run while so many watch it; each must be told of every point, once."""
    run = ask(server.port, target.start())
    arguments = [str(server.port), run, str(count)]
    with subprocess.Popen(
        [sys.executable, "-m", "bench.watch", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdin is not None
        assert watching.stdout is not None
        verify("watchers", watching.stdout.readline(), expected="ready\n")
        before = processor_seconds(server.leader)
        deadline = time.perf_counter() + seconds
        load = drive(server.port, [log_until(target, run, deadline) for _ in range(CLIENTS)])
        processor = (processor_seconds(server.leader) - before) / load.seconds
        logged = len(load.latencies)
        verify(f"points of {run}", ask(server.port, target.count(run)), expected=logged)
        if not count:
            watching.kill()
            return Watched(load.rate, processor)
        said = json.loads(watching.communicate(f"{logged}\n")[0])
    verify("points that each was told of", said["told"], expected=[logged] * count)
    return Watched(load.rate, processor, said["p50"], said["worst"])


def log_until(target: Target, run: str, deadline: float) -> Call[None]:
    """Log one point after the other, one at least, until a time of `time.perf_counter`."""
    step = 0
    while True:
        yield target.log(run, step, 0.25 + step / 8)
        step += 1
        if time.perf_counter() >= deadline:
            return
