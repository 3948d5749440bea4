"""Workload 8: what a stored point takes on the disk."""

from bench.curve import losses
from bench.load import drive
from bench.processes import settle
from bench.serving import Server
from bench.site import Site
from bench.targets import Target
from bench.targets.databases import Space
from bench.targets.ours import Ours
from bench.wire import Call, ask, post
from bench.workload import Measure, Row, Sizes, Workload, verify

CLIENTS = 16
AT_ONCE = 10
LENGTH = 4_000
"""Points of a series that stays rows, since a chunk is made of 4,096."""


def storage(sizes: Sizes) -> Workload:
    """Return the workload."""

    def prepare(site: Site, target: Target) -> Measure:
        def measure() -> dict[str, float]:
            server = site.serve(target)
            if isinstance(target, Ours):
                return _by_and_by(target, server, sizes.points)
            return {"storage_hot": _at_once(target, server, sizes.points)}

        return measure

    rows = (
        Row("storage_hot", 8, "a stored point, logged by tens, its run running", "bytes"),
        Row("storage_sealed", 8, "the same, its run ended", "bytes", against="storage_hot"),
        Row("storage_file", 8, "the same, with pages that stand empty since", "bytes"),
        Row("storage_bulk", 8, "a stored point, logged in bulk", "bytes", against="storage_hot"),
    )
    return Workload("storage", rows, prepare, once=True)


def _at_once(target: Target, server: Server, points: int) -> float:
    before = _settled(target, server)
    run = target.fill_series(server.port, server.folder, losses(points))
    after = _settled(target, server)
    verify(f"points of {run}", ask(server.port, target.count(run)), expected=points)
    return (after.used - before.used) / points


def _by_and_by(target: Ours, server: Server, points: int) -> dict[str, float]:
    """Log points so that they stay rows; then end the runs, by which they become chunks."""
    bulk = _at_once(target, server, points)
    before = _settled(target, server)
    series = max(points // LENGTH, 1)
    clients = min(CLIENTS, series)
    logs = [_log(target, range(first, series, clients)) for first in range(clients)]
    logged = [run for runs in drive(server.port, logs).results for run in _ids(runs)]
    hot = _settled(target, server)
    drive(server.port, [_end(logged)])
    sealed = _settled(target, server)
    for run in logged:
        verify(f"points of {run}", ask(server.port, target.count(run)), expected=LENGTH)
    stored = series * LENGTH
    return {
        "storage_hot": (hot.used - before.used) / stored,
        "storage_sealed": (sealed.used - before.used) / stored,
        "storage_file": (sealed.taken - before.taken) / stored,
        "storage_bulk": bulk,
    }


def _settled(target: Target, server: Server) -> Space:
    """Measure the database when work behind the writes has come to its end."""
    settle(server.leader)
    last = target.stored(server.folder)
    while True:
        settle(server.leader, calm=2.0)
        if (now := target.stored(server.folder)) == last:
            return now
        last = now


def _log(target: Ours, numbers: range) -> Call[list[str]]:
    runs = []
    for number in numbers:
        run = yield from target.start()
        values = losses(LENGTH, seed=number)
        for first in range(0, LENGTH, AT_ONCE):
            part = range(first, first + AT_ONCE)
            batch = target.batch("columns", part, values[first : first + AT_ONCE])
            assert batch is not None
            yield target.log_batch(run, batch)
        runs.append(run)
    return runs


def _end(runs: list[str]) -> Call[None]:
    for run in runs:
        yield post(f"/api/w/runs/{run}/end", {})


def _ids(result: object) -> list[str]:
    assert isinstance(result, list)
    return result
