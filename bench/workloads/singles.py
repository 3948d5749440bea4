"""Workloads 1 and 2: clients that log one point after the other, each to a run of its own."""

import time

from bench.figures import percentile
from bench.load import Load, drive
from bench.site import Site
from bench.targets import MLFLOW_DEFAULT, Target
from bench.wire import Call, ask
from bench.workload import Measure, Row, Sizes, Workload, verify

WARM_UP = 0.3


def singles(sizes: Sizes, clients: int) -> Workload:
    """Return a workload of some clients."""
    name = f"singles_{clients}"
    number = 1 if clients == 1 else 2
    who = count(clients)

    def prepare(site: Site, target: Target) -> Measure:
        server = site.serve(target)
        log_singles(target, server.port, clients, seconds=WARM_UP)

        def measure() -> dict[str, float]:
            load = log_singles(target, server.port, clients, seconds=sizes.seconds)
            return {f"{name}_{row}": value for row, value in figures(load).items()}

        return measure

    rows = (
        Row(f"{name}_rate", number, f"{who}, single metrics", "/s", more=True),
        Row(f"{name}_p50", number, f"{who}, single metrics: p50", "ms"),
        Row(f"{name}_p99", number, f"{who}, single metrics: p99", "ms"),
    )
    return Workload(name, rows, prepare, ours_only=clients > 16, variants=(MLFLOW_DEFAULT,))


def count(clients: int) -> str:
    """Return "1 client", or "16 clients"."""
    return "1 client" if clients == 1 else f"{clients} clients"


def figures(load: Load) -> dict[str, float]:
    """Return the rate of a load, and its percentiles in milliseconds."""
    return {
        "rate": load.rate,
        "p50": percentile(load.latencies, 0.50) * 1e3,
        "p99": percentile(load.latencies, 0.99) * 1e3,
    }


def log_singles(target: Target, port: int, clients: int, *, seconds: float) -> Load:
    """Log for a while, then count: every point must be there, once."""
    runs = [ask(port, target.start()) for _ in range(clients)]
    deadline = time.perf_counter() + seconds
    load = drive(port, [_log(target, run, deadline) for run in runs])
    for run, logged in zip(runs, load.results, strict=True):
        verify(f"points of {run}", ask(port, target.count(run)), expected=logged)
    return load


def _log(target: Target, run: str, deadline: float) -> Call[int]:
    step = 0
    while True:
        yield target.log(run, step, 0.25 + step / 8)
        step += 1
        if time.perf_counter() >= deadline:
            return step
