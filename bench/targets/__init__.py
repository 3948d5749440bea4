"""The servers that are compared, each as what a training job or a reader asks of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from bench.targets.databases import Space
from bench.wire import Body, Call

Form: TypeAlias = Literal["list", "columns", "arrow"]

METRICS = ("m0", "m1", "m2", "m3", "m4")
PARAMS = ("p0", "p1", "p2", "p3", "p4")

EXTRAS = "chachaml[arrow,fast]"
MLFLOW_DEFAULT = "mlflow-default"
"""The variants."""

SERIES = "m"
"""The metric of which there is a long series."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The body, or most of it, of a request with many points, made before the clock runs."""

    content: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Read:
    """Something to read: how to ask for it, and how many rows or points the answers hold."""

    ask: Callable[[], Call[Sequence[Body]]]
    count: Callable[[Sequence[Body]], int]


@dataclass(frozen=True, slots=True)
class Stored:
    """An artifact that was uploaded: how to ask for its bytes."""

    download: Callable[[], Call[Sequence[Body]]]


class Program(Protocol):
    """A server as a program."""

    name: str
    ready: str
    """The path that is answered with 200 from when the server can work."""

    def environment(self, folder: Path) -> Mapping[str, str]:
        """Return the variables that it needs beside those that are there."""
        ...

    def command(self, folder: Path, port: int) -> Sequence[str]:
        """Return what starts it on loopback with all data in `folder`."""
        ...


class Target(Program, Protocol):
    """A tracking server. What it cannot do it returns None for."""

    ours: bool
    variant: bool
    """Whether it is another one in another setting, which takes part in some workloads only."""

    home: Path
    """The environment that it is installed in."""

    modules: str
    """What its server imports."""

    notes: Mapping[str, str]
    """By workload, what is to be known of a figure."""

    def start(self) -> Call[str]:
        """Start a run and return its id."""
        ...

    def log(self, run: str, step: int, value: float) -> bytes:
        """Return a request that logs one point of `SERIES`."""
        ...

    def log_run(self) -> Call[str]:
        """Start a run, log its `PARAMS` and one point of its `METRICS` one by one, end it."""
        ...

    def batch(self, form: Form, steps: range, values: Sequence[float]) -> Batch | None:
        """Prepare a request with many points of `SERIES`."""
        ...

    def log_batch(self, run: str, batch: Batch) -> bytes:
        """Return a request that logs a prepared batch to a run."""
        ...

    def count(self, run: str) -> Call[int]:
        """Return how many points of `SERIES` the server says that it has."""
        ...

    def newest(self, count: int) -> Read:
        """List the newest runs through the API."""
        ...

    def found(self, above: float, count: int) -> Read:
        """List runs whose latest `m0` is greater than `above`."""
        ...

    def ordered(self, count: int) -> Read:
        """List the runs with the greatest latest `m0`."""
        ...

    def page(self) -> Read:
        """Ask for what a browser asks for first to show the list of runs."""
        ...

    def unseen(self) -> Read | None:
        """Ask for what shows the list, but each time for runs that were not shown lately."""
        ...

    def history(self, run: str, form: Form) -> Read | None:
        """Read all points of `SERIES`, as JSON for the form `list`, or as Arrow."""
        ...

    def thinned(self, run: str, points: int) -> Read:
        """Read the series, thinned to some `points`."""
        ...

    def upload(self, run: str, content: bytes, sha256: str) -> Call[Stored]:
        """Upload an artifact; its digest is known beforehand."""
        ...

    def fill_runs(self, port: int, folder: Path, count: int) -> None:
        """Store ended runs as `log_run` makes them; number n has n as its metrics."""
        ...

    def fill_series(self, port: int, folder: Path, values: Sequence[float]) -> str:
        """Store a run with a series of `values`, steps from 0 on; return its id."""
        ...

    def stored(self, folder: Path) -> Space:
        """Measure the database."""
        ...


def once(request: bytes) -> Callable[[], Call[Sequence[Body]]]:
    """Return what asks by one request."""

    def ask() -> Call[Sequence[Body]]:
        return [(yield request)]

    return ask
