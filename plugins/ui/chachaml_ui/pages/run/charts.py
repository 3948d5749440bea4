"""The charts of a run: its metrics in groups, and which of them the page has frames for."""

from collections.abc import Sequence
from dataclasses import dataclass

from chachaml_kernel.domain.metrics import Metric

FOLDS = 40
"""So many groups are in the page; a script adds the others."""
FRAMES = 24
"""So many charts have a frame in the page, so that nothing moves when they are drawn."""


@dataclass(frozen=True, slots=True)
class Group:
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
