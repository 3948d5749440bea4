"""The charts of a run: its metrics in groups, and which the page has frames and rows for."""

from collections.abc import Sequence

from chachaml_kernel.domain.metrics import Metric
from msgspec import Struct

from chachaml_ui.pages.figures import figure

FOLDS = 40
"""So many groups are in the page; a script adds the others."""
FRAMES = 24
"""So many charts have a frame in the page, so that nothing moves when they are drawn."""
ROWS = 200
"""So many metrics are in the page's table, unless all are asked for: each row takes a while."""


class Group(Struct, frozen=True):
    """The metrics under one prefix, of which `shown` have a frame."""

    prefix: str
    count: int
    shown: Sequence[Metric]


def chart_groups(metrics: Sequence[Metric]) -> Sequence[Group]:
    """Return the first groups of `metrics`: those whose keys have no prefix come first."""
    found: dict[str, list[Metric]] = {}
    for metric in metrics:
        prefix, slash, _ = metric.key.partition("/")
        found.setdefault(prefix if slash else "", []).append(metric)
    groups: list[Group] = []
    left = FRAMES
    for prefix in sorted(found, key=bool)[:FOLDS]:
        shown = found[prefix][:left]
        groups.append(Group(prefix, len(found[prefix]), shown))
        left -= len(shown)
    return groups


def latest_values(metrics: Sequence[Metric]) -> Sequence[tuple[str, str]]:
    """Return all keys with their latest values in words, from which scripts make other frames."""
    return [(metric.key, figure(metric.value)) for metric in metrics]
