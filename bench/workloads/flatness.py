"""Whether workloads 1, 2 and 5 stay as fast as they are when many points are stored already."""

from collections.abc import Mapping
from itertools import cycle

from bench.curve import losses
from bench.load import drive
from bench.processes import IDLE, peak, proportional, settle
from bench.serving import Server
from bench.site import Site
from bench.targets import Batch, Target
from bench.wire import Call, ask
from bench.workload import Measure, Row, Sizes, Workload, verify
from bench.workloads.lists import read_lists
from bench.workloads.singles import WARM_UP, log_singles

AT_ONCE = 50_000
SERIES = 1_000_000
"""Points of each of the series that are stored."""

CLIENTS = 2


def flatness(sizes: Sizes) -> Workload:
    """Return the workload: servers with more and more points, measured in turn with an empty one.

    All hold the runs of workload 5 too. Figures are how many times as long the same takes as with
    no points stored.
    """

    def prepare(site: Site, target: Target) -> Measure:
        servers = {}
        for points in (0, *sizes.stored):
            servers[points] = server = site.serve(target)
            target.fill_runs(server.port, server.folder, sizes.runs)
            _fill(target, server, points)
            log_singles(target, server.port, 16, seconds=WARM_UP)
            settle(server.leader, calm=IDLE)
        idle = {points: proportional(server.leader) for points, server in servers.items()}

        directions = cycle((1, -1))

        def measure() -> dict[str, float]:
            in_turn = list(servers.items())[:: next(directions)]  # neither is always the first
            took = {points: _work(target, server, sizes) for points, server in in_turn}
            found: dict[str, float] = {}
            for points in sizes.stored:
                for name, milliseconds in took[points].items():
                    found[f"flat_{name}_{points}"] = milliseconds / took[0][name]
                found[f"flat_idle_{points}"] = idle[points]
                found[f"flat_peak_{points}"] = peak(servers[points].leader)
            return found

        return measure

    rows = [row for points in sizes.stored for row in _rows(points)]
    return Workload("flatness", rows, prepare, ours_only=True)


def _work(target: Target, server: Server, sizes: Sizes) -> Mapping[str, float]:
    """Return milliseconds: of a request of one client, of sixteen together, and of lists."""
    one = log_singles(target, server.port, 1, seconds=sizes.seconds)
    many = log_singles(target, server.port, 16, seconds=sizes.seconds)
    singles = {"singles_1": 1e3 / one.rate, "singles_16": 1e3 / many.rate}
    return {**singles, **read_lists(target, server.port, sizes)}


def _fill(target: Target, server: Server, points: int) -> None:
    """Store points as columns, many a request, as series of a million."""
    length = min(SERIES, points)
    values = losses(length)
    batches = [
        batch
        for first in range(0, length, AT_ONCE)
        if (part := values[first : first + AT_ONCE])
        and (batch := target.batch("columns", range(first, first + len(part)), part))
    ]
    series = points // length if length else 0
    logs = [_log(target, batches, range(first, series, CLIENTS)) for first in range(CLIENTS)]
    if not series:
        return
    results = drive(server.port, logs[:series]).results
    for runs in results:
        assert isinstance(runs, list)
        for run in runs:
            verify(f"points of {run}", ask(server.port, target.count(run)), expected=length)


def _log(target: Target, batches: list[Batch], numbers: range) -> Call[list[str]]:
    runs = []
    for _ in numbers:
        run = yield from target.start()
        for batch in batches:
            yield target.log_batch(run, batch)
        runs.append(run)
    return runs


def _rows(points: int) -> list[Row]:
    what = f"{points:,} points stored"
    times = {
        "singles_1": "workload 1",
        "singles_16": "workload 2",
        "lists_newest": "the newest 100 runs",
        "lists_found": "100 runs found by a metric",
        "lists_ordered": "100 runs sorted by a metric",
        "lists_page": "the page of runs",
    }
    return [
        *(Row(f"flat_{name}_{points}", 11, f"{what}: {of}", "times") for name, of in times.items()),
        Row(f"flat_idle_{points}", 11, f"{what}: memory when idle (PSS)", "MiB"),
        Row(f"flat_peak_{points}", 11, f"{what}: highest memory of all of this", "MiB"),
    ]
