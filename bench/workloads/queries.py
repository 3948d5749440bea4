"""Workload 12: lists over very many runs with many keys, chosen by queries."""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from bench.site import Site
from bench.targets import Read, Target, once
from bench.wide import KEYS, fill
from bench.wire import Body, get
from bench.workload import Measure, Row, Sizes, Workload
from bench.workloads.reads import median_ms

ROWS = {"one": [1], "whole": [0], "complete": [3]}
"""How many rows there must be, where these are not 1 to 100; a completion has three fields."""

EXAMPLE = (
    "metric.metric-3 < 0.1 and (param.lr in (0.001, 0.0003) or tag.keep = yes)"
    " and status = completed"
)
ASKED = {
    "newest": ("the newest 100", {}),
    "sorted": ("100 sorted by a metric", {"sort": "metric.metric-3"}),
    "many": ("100 of the tenth with a metric < 0.1", {"q": "metric.metric-3 < 0.1"}),
    "few": ("100 of the thousandth with a metric < 0.001", {"q": "metric.metric-3 < 0.001"}),
    "param": ("100 by the text of a param", {"q": "param.optimizer = adam"}),
    "one": ("one by the number of a param", {"q": "param.seed = 777"}),
    "example": ("100 by a metric, params or a tag, and status", {"q": EXAMPLE}),
    "week": ("the same of the last week", {"q": f"{EXAMPLE} and started > -7d"}),
    "best": ("the same, sorted by the metric", {"q": EXAMPLE, "sort": "metric.metric-3"}),
    "whole": ("none of all, each looked at", {"q": "metric.metric-3:max > 2"}),
}

PAGES = {
    "page": ("the first page of /runs", {}),
    "page_sorted": ("/runs sorted by a metric", {"sort": "metric.metric-3"}),
    "page_filtered": ("/runs filtered by a query", {"q": EXAMPLE}),
    "page_tenth": ("/runs of the tenth with a metric < 0.1", {"q": "metric.metric-3 < 0.1"}),
}


def queries(sizes: Sizes) -> Workload:
    """Return the workload."""

    def prepare(site: Site, target: Target) -> Measure:
        server = site.serve(target)
        fill(server.folder / "chachaml.db", sizes.wide)
        return lambda: read(server.port, sizes.seconds)

    what = f"{sizes.wide:,} runs with {KEYS} params and metrics"
    titles = {name: title for name, (title, _) in (ASKED | PAGES).items()} | {
        "complete": "completion of a metric's key"
    }
    rows = [Row(f"queries_{name}", 12, f"{what}: {title}", "ms") for name, title in titles.items()]
    return Workload("queries", rows, prepare, ours_only=True)


def read(port: int, seconds: float) -> dict[str, float]:
    """Return the milliseconds of each list, of a completion, and of each page."""
    reads = {name: (f"/api/runs?{urlencode(asked)}", _rows) for name, (_, asked) in ASKED.items()}
    reads["complete"] = f"/api/complete?{urlencode({'q': 'metric.', 'at': 7})}", _rows
    reads |= {name: (f"/runs?{urlencode(asked)}", _lines) for name, (_, asked) in PAGES.items()}
    figures = {}
    for name, (path, count) in reads.items():
        rows = ROWS.get(name, range(1, 101))
        asked = Read(once(get(path)), count)
        took = median_ms(port, asked, expected=rows.__contains__, seconds=seconds)
        figures[f"queries_{name}"] = took
    return figures


def _rows(bodies: Sequence[Body]) -> int:
    return len(json.loads(bodies[0]))


def _lines(bodies: Sequence[Body]) -> int:
    return bodies[0].count(b"<tr data-run=")
