"""All workloads, in the order in which they run."""

from collections.abc import Callable
from functools import partial

from bench.workload import Sizes, Workload
from bench.workloads.artifact import artifact
from bench.workloads.bulk import bulk
from bench.workloads.flatness import flatness
from bench.workloads.generator import generator
from bench.workloads.history import history
from bench.workloads.install import installation
from bench.workloads.lists import lists
from bench.workloads.queries import queries
from bench.workloads.runs import runs
from bench.workloads.singles import singles
from bench.workloads.start import start
from bench.workloads.storage import storage
from bench.workloads.watchers import watchers

WORKLOADS: dict[str, Callable[[Sizes], Workload]] = {
    "generator": generator,
    "singles_1": partial(singles, clients=1),
    "singles_16": partial(singles, clients=16),
    "singles_200": partial(singles, clients=200),
    "bulk": bulk,
    "runs": runs,
    "lists": lists,
    "history": history,
    "artifact": artifact,
    "storage": storage,
    "start": start,
    "install": installation,
    "flatness": flatness,
    "queries": queries,
    "watchers": watchers,
}
