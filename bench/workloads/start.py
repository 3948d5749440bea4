"""Workload 9: how soon a server answers after its start, and what it holds when idle."""

from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import IDLE, proportional, settle
from bench.serving import serve
from bench.site import Site
from bench.targets import EXTRAS, MLFLOW_DEFAULT, Target
from bench.workload import Measure, Row, Sizes, Workload


def start(sizes: Sizes) -> Workload:  # noqa: ARG001
    """Return the workload."""

    def prepare(site: Site, target: Target) -> Measure:  # noqa: ARG001
        return lambda: _starts(target)

    rows = (
        Row("start_new", 9, "from start to the first 200, new data", "s"),
        Row("start_again", 9, "from start to the first 200, data that are there", "s"),
        Row("start_memory", 9, "memory when idle (PSS of all processes)", "MiB"),
    )
    return Workload("start", rows, prepare, variants=(MLFLOW_DEFAULT, EXTRAS))


def _starts(target: Target) -> dict[str, float]:
    with TemporaryDirectory(prefix=f"bench-{target.name}-") as folder:
        with serve(target, Path(folder)) as server:
            new = server.seconds
        with serve(target, Path(folder)) as server:
            settle(server.leader, calm=IDLE)
            memory = proportional(server.leader)
            return {"start_new": new, "start_again": server.seconds, "start_memory": memory}
