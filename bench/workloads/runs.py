"""Workload 4: whole runs, one after the other."""

import time

from bench.load import drive
from bench.site import Site
from bench.targets import MLFLOW_DEFAULT, Target
from bench.wire import Call, ask
from bench.workload import Measure, Row, Sizes, Workload, verify

CLIENTS = (1, 4)
WARM_UP = 0.3


def runs(sizes: Sizes) -> Workload:
    """Return the workload."""

    def prepare(site: Site, target: Target) -> Measure:
        server = site.serve(target)
        log_runs(target, server.port, clients=1, seconds=WARM_UP)

        def measure() -> dict[str, float]:
            return {
                f"runs_{clients}": log_runs(
                    target, server.port, clients=clients, seconds=sizes.seconds
                )
                for clients in CLIENTS
            }

        return measure

    rows = (
        Row("runs_1", 4, "whole runs (12 requests), 1 client", "runs/s", more=True),
        Row("runs_4", 4, "whole runs (12 requests), 4 clients", "runs/s", more=True),
    )
    return Workload("runs", rows, prepare, variants=(MLFLOW_DEFAULT,))


def log_runs(target: Target, port: int, *, clients: int, seconds: float) -> float:
    """Log runs for a while, then list them; return runs a second."""
    deadline = time.perf_counter() + seconds
    load = drive(port, [_log(target, deadline) for _ in range(clients)])
    done = sum(count for count in load.results if isinstance(count, int))
    newest = target.newest(100)
    found = newest.count(ask(port, newest.ask()))
    verify("runs that are listed", found >= min(done, 100), expected=True)
    return done / load.seconds


def _log(target: Target, deadline: float) -> Call[int]:
    done = 0
    while True:
        yield from target.log_run()
        done += 1
        if time.perf_counter() >= deadline:
            return done
