"""Workload 6: the history of one metric."""

from functools import partial

from bench.curve import losses
from bench.site import Site
from bench.targets import EXTRAS, Read, Target
from bench.wire import Refused, ask
from bench.workload import Measure, Row, Sizes, Workload
from bench.workloads.reads import median_ms

THIN = 1_000


def history(sizes: Sizes) -> Workload:
    """Return the workload: a long series, and one of a tenth of its points."""
    lengths = {"short": sizes.points // 10, "long": sizes.points}

    def prepare(site: Site, target: Target) -> Measure:
        server = site.serve(target)
        values = losses(sizes.points)
        reads: dict[str, tuple[Read, range]] = {}
        for name, length in lengths.items():
            run = target.fill_series(server.port, server.folder, values[:length])
            for form, read in (
                ("json", target.history(run, "list")),
                ("arrow", target.history(run, "arrow")),
            ):
                if read is not None and (form != "arrow" or _answers(server.port, read)):
                    reads[f"history_{form}_{name}"] = read, range(length, length + 1)
        reads["history_thin"] = target.thinned(run, THIN), range(THIN // 2, THIN * 2 + 1)

        def measure() -> dict[str, float]:
            return {
                name: median_ms(
                    server.port, read, expected=partial(_within, allowed), seconds=sizes.seconds
                )
                for name, (read, allowed) in reads.items()
            }

        return measure

    whole = [
        Row(
            f"history_{form}_{name}",
            *(6, f"{length:,} points of a metric as {title}", "ms"),
            against="" if form == "json" else f"history_json_{name}",
        )
        for form, title in (("json", "JSON"), ("arrow", "Arrow"))
        for name, length in lengths.items()
    ]
    thin = Row("history_thin", 6, f"{THIN:,} of {sizes.points:,} points of a metric", "ms")
    return Workload("history", (*whole, thin), prepare, variants=(EXTRAS,), peers_once=True)


def _within(allowed: range, count: int) -> bool:
    return count in allowed


def _answers(port: int, read: Read) -> bool:
    """Tell whether a server has the form, which may be an extra that is not installed."""
    try:
        bodies = ask(port, read.ask())
    except Refused as refused:
        if refused.status != 400:
            raise
        return False
    return not bodies[0].startswith(b"{")  # what comes may be JSON all the same
