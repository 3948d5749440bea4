"""Workload 5: lists over many stored runs."""

from bench.site import Site
from bench.targets import Target
from bench.workload import Measure, Row, Sizes, Workload
from bench.workloads.reads import median_ms

ROWS = 100


def lists(sizes: Sizes) -> Workload:
    """Return the workload."""

    def prepare(site: Site, target: Target) -> Measure:
        server = site.serve(target)
        target.fill_runs(server.port, server.folder, sizes.runs)
        return lambda: {
            **read_lists(target, server.port, sizes),
            **_read_unseen(target, server.port, sizes),
        }

    what = f"{sizes.runs:,} runs stored"
    rows = (
        Row("lists_newest", 5, f"{what}: the newest 100", "ms"),
        Row("lists_found", 5, f"{what}: 100 found by a metric", "ms"),
        Row("lists_ordered", 5, f"{what}: 100 sorted by a metric", "ms"),
        Row("lists_page", 5, f"{what}: what the page of runs asks for", "ms"),
        Row(
            "lists_unseen",
            5,
            f"{what}: the same of runs not seen lately",
            "ms",
            against="lists_page",
        ),
    )
    return Workload("lists", rows, prepare)


def read_lists(target: Target, port: int, sizes: Sizes) -> dict[str, float]:
    """Return the milliseconds of each list."""
    found = target.found(sizes.runs / 2, ROWS)
    reads = {"newest": target.newest(ROWS), "found": found, "ordered": target.ordered(ROWS)}
    rows = min(ROWS, sizes.runs // 2 - 1)
    figures = {
        name: median_ms(port, read, expected=lambda n: n >= rows, seconds=sizes.seconds)
        for name, read in (*reads.items(), ("page", target.page()))
    }
    return {f"lists_{name}": figure for name, figure in figures.items()}


def _read_unseen(target: Target, port: int, sizes: Sizes) -> dict[str, float]:
    read = target.unseen()
    if read is None:
        return {}
    rows = min(ROWS, sizes.runs // 2 - 1)
    took = median_ms(port, read, expected=lambda n: n >= rows, seconds=sizes.seconds)
    return {"lists_unseen": took}
