"""The limit of the load generator: the work of workloads 1 and 2, with a server that does none."""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.load import drive
from bench.site import Site
from bench.targets import Target
from bench.wire import Call
from bench.workload import Measure, Row, Sizes, Workload
from bench.workloads.singles import count, figures

ROOT = Path(__file__).parents[2]
CLIENTS = (1, 16)


def generator(sizes: Sizes) -> Workload:
    """Return the workload, in which our server has no part but to say how requests look."""

    def prepare(site: Site, target: Target) -> Measure:
        server = site.serve(Echo())

        def measure() -> dict[str, float]:
            found = {}
            for clients in CLIENTS:
                deadline = time.perf_counter() + sizes.seconds
                load = drive(server.port, [_log(target, deadline) for _ in range(clients)])
                found[f"generator_{clients}"] = figures(load)["rate"]
            return found

        return measure

    rows = tuple(
        Row(f"generator_{clients}", 0, f"the generator's limit, {count(clients)}", "/s", more=True)
        for clients in CLIENTS
    )
    return Workload("generator", rows, prepare, ours_only=True)


class Echo:
    """Starts the server that only answers."""

    name = "echo"
    ready = "/"

    def command(self, folder: Path, port: int) -> Sequence[str]:  # noqa: ARG002
        """Run the module."""
        return [sys.executable, "-m", "bench.echo", str(port)]

    def environment(self, folder: Path) -> Mapping[str, str]:  # noqa: ARG002
        """Let Python find it."""
        return {"PYTHONPATH": str(ROOT)}


def _log(target: Target, deadline: float) -> Call[int]:
    step = 0
    while True:
        yield target.log("0" * 32, step, 0.25 + step / 8)
        step += 1
        if time.perf_counter() >= deadline:
            return step
