"""`python -m bench.kernels`: two kernels on one PostgreSQL, in turn with one, under the same load.

Clients log single metrics, each to a run of its own, then log many points a request, then list
runs. With two kernels half of the clients call each, as behind a load balancer, which itself is
left out; and a kernel with two workers has one port, where Linux shares out the connections. All
that was acknowledged is counted afterwards, where there are two through the kernel that did not
take it. PostgreSQL does not wait for the disk, so that it is not the disk that is measured.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, ahead, digits
from bench.load import drive_each
from bench.processes import processor_seconds
from bench.serving import Server, new_server
from bench.targets.configured import Configured
from bench.targets.ours import Ours
from bench.wire import Call, ask, get
from bench.workload import verify
from bench.workloads.watchers import log_until
from tests.servers.postgres import Postgres, postgres

TARGET = Ours(Path(sys.prefix), extras=False)
CLIENTS = 16
BATCH = 1_000
LISTED = 20
STORED = 200
"""Runs that are there before anything is listed."""

STEPS = range(BATCH)
POINTS = TARGET.batch("columns", STEPS, [1 / (1 + step) for step in STEPS])


Work = Callable[[str, float], Call[None]]
"""Does requests to a run until a time of `time.perf_counter`."""


def log_batches(run: str, deadline: float) -> Call[None]:
    """Log many points a request, once at least."""
    assert POINTS is not None
    while True:
        yield TARGET.log_batch(run, POINTS)
        if time.perf_counter() >= deadline:
            return


def list_runs(_: str, deadline: float) -> Call[None]:
    """List the newest runs, once at least."""
    while True:
        yield get(f"/api/runs?limit={LISTED}")
        if time.perf_counter() >= deadline:
            return


def log_singles(run: str, deadline: float) -> Call[None]:
    """Log one point after the other."""
    return log_until(TARGET, run, deadline)


WORKS: Mapping[str, tuple[Work, int]] = {
    "single metrics": (log_singles, 1),
    f"{BATCH:,} points a request": (log_batches, BATCH),
    f"the newest {LISTED} runs": (list_runs, 0),
}
"""By what is done, how, and how many points a request logs."""


def main() -> None:
    """Measure, and print a row for each work."""
    parser = argparse.ArgumentParser(prog="python -m bench.kernels", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each work")
    options = parser.parse_args()
    with ExitStack() as stack:
        database = stack.enter_context(postgres())
        folder = Path(stack.enter_context(TemporaryDirectory()))
        single, double = (_configured(folder, database, workers=number) for number in (1, 2))
        kernels = [stack.enter_context(new_server(single)) for _ in range(2)]
        workers = stack.enter_context(new_server(double))
        for _ in range(STORED):
            ask(kernels[0].port, TARGET.start())
        for what, (work, points) in WORKS.items():
            _round(kernels, work, points, seconds=0.3)  # to warm up
            values: tuple[list[float], ...] = ([], [], [])
            begin = _processor([*kernels, workers], database)
            for _ in range(options.rounds):
                for rates, used in zip(values, (kernels[:1], kernels, [workers]), strict=True):
                    rates.append(_round(used, work, points, seconds=options.seconds))
            one, *others = (Figure(tuple(rates)) for rates in values)
            end = _processor([*kernels, workers], database)
            _say(what, one, others, [b - a for a, b in zip(begin, end, strict=True)])


def _leaders(main: int) -> Sequence[int]:
    """Return a process and its children, which lead sessions of their own."""
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    return [main, *map(int, children)]


def _configured(folder: Path, database: Postgres, *, workers: int) -> Configured:
    config = folder / f"{workers}.toml"
    config.write_text(
        f'[plugins.store_postgres]\ndsn = "{database.dsn}"\n[plugins.artifacts_fs]\n'
        f"[plugins.ui]\nworkers = {workers}\n"
    )
    return Configured(config)


def _round(kernels: Sequence[Server], work: Work, points: int, *, seconds: float) -> float:
    """Return the requests a second of all clients, who are shared out over the kernels."""
    runs = [ask(kernels[0].port, TARGET.start()) for _ in range(CLIENTS)]
    deadline = time.perf_counter() + seconds
    ports = cycle(kernel.port for kernel in kernels)
    calls: Iterator[Call[object]] = (work(run, deadline) for run in runs)
    load = drive_each(list(zip(ports, calls, strict=False)))
    stored = sum(ask(kernels[-1].port, TARGET.count(run)) for run in runs)
    verify("points", stored, expected=points * len(load.latencies))
    return load.rate


def _processor(kernels: Sequence[Server], database: Postgres) -> list[float]:
    """Return the seconds so far of each kernel's processes, of the database, and of this one."""
    assert database.process is not None
    main = database.process.pid
    database_seconds = sum(processor_seconds(leader) for leader in _leaders(main))
    each = [processor_seconds(leader) for kernel in kernels for leader in _leaders(kernel.leader)]
    return [*each, database_seconds, time.process_time()]


def _say(what: str, one: Figure, others: Sequence[Figure], took: Sequence[float]) -> None:
    sys.stdout.write(f"{what}: one kernel {_figure(one)}\n")
    for name, figure in zip(("two kernels", "two workers"), others, strict=True):
        ratio = ahead(figure, one, more=True)
        sys.stdout.write(f"    {name} {_figure(figure)}, {ratio:.2f} times one kernel\n")
    shares = ", ".join(f"{seconds / sum(took):.0%}" for seconds in took)
    names = "first kernel, second, first worker, other, PostgreSQL, generator"
    sys.stdout.write(f"    processor: {names}: {shares}\n")


def _figure(figure: Figure) -> str:
    return f"{digits(figure.median)}/s ({digits(figure.low)} to {digits(figure.high)})"


if __name__ == "__main__":
    main()
