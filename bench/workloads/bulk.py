"""Workload 3: clients that log 1,000 points a request, in each form that a server takes."""

import time
from collections.abc import Sequence

from bench.curve import losses
from bench.load import drive
from bench.site import Site
from bench.targets import EXTRAS, MLFLOW_DEFAULT, Batch, Form, Target
from bench.wire import Call, Refused, alone, ask
from bench.workload import Measure, Row, Sizes, Workload, verify
from bench.workloads.singles import count

TITLES: dict[Form, str] = {"list": "a list", "columns": "columns", "arrow": "Arrow"}
CLIENTS = (1, 4)
POINTS = 1_000
BATCHES = 100
"""How many requests are prepared. A client sends them all to a run, then goes on with a new run."""

WARM_UP = 0.3


def bulk(sizes: Sizes) -> Workload:
    """Return the workload."""

    def prepare(site: Site, target: Target) -> Measure:
        server = site.serve(target)
        forms = {form: batches for form in TITLES if (batches := _batches(target, form))}
        if "arrow" in forms and not _takes(target, server.port, forms["arrow"][0]):
            del forms["arrow"]
        for batches in forms.values():
            log_batches(target, server.port, batches, clients=1, seconds=WARM_UP)

        def measure() -> dict[str, float]:
            return {
                f"bulk_{form}_{clients}": log_batches(
                    target, server.port, batches, clients=clients, seconds=sizes.seconds
                )
                for form, batches in forms.items()
                for clients in CLIENTS
            }

        return measure

    rows = tuple(_row(form, clients) for form in TITLES for clients in CLIENTS)
    return Workload("bulk", rows, prepare, variants=(MLFLOW_DEFAULT, EXTRAS))


def log_batches(
    target: Target, port: int, batches: Sequence[Batch], *, clients: int, seconds: float
) -> float:
    """Log for a while, then count the points; return points a second."""
    deadline = time.perf_counter() + seconds
    load = drive(port, [_log(target, batches, deadline) for _ in range(clients)])
    total = 0
    for logged in load.results:
        assert isinstance(logged, dict)
        for run, points in logged.items():
            verify(f"points of {run}", ask(port, target.count(run)), expected=points)
            total += points
    return total / load.seconds


def _log(target: Target, batches: Sequence[Batch], deadline: float) -> Call[dict[str, int]]:
    logged: dict[str, int] = {}
    while True:
        run = yield from target.start()
        for number, batch in enumerate(batches, start=1):
            yield target.log_batch(run, batch)
            logged[run] = number * POINTS
            if time.perf_counter() >= deadline:
                return logged


def _batches(target: Target, form: Form) -> list[Batch]:
    values = losses(BATCHES * POINTS)
    parts = (range(first, first + POINTS) for first in range(0, len(values), POINTS))
    made = (target.batch(form, steps, values[steps.start : steps.stop]) for steps in parts)
    return [batch for batch in made if batch is not None]


def _takes(target: Target, port: int, batch: Batch) -> bool:
    """Tell whether a server has the form, which may be an extra that is not installed."""
    try:
        ask(port, alone(target.log_batch(ask(port, target.start()), batch)))
    except Refused as refused:
        if refused.status != 400:
            raise
        return False
    return True


def _row(form: Form, clients: int) -> Row:
    title = f"1,000 points a request as {TITLES[form]}"
    against = "" if form == "list" else f"bulk_list_{clients}"
    return Row(
        f"bulk_{form}_{clients}",
        3,
        f"{title}, {count(clients)}",
        "points/s",
        more=True,
        against=against,
    )
