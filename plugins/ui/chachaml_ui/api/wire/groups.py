"""Groups of runs as JSON."""

from typing import Any

from chachaml_kernel.domain import groups
from msgspec import Struct


class Spread(Struct, frozen=True):
    """What the latest values of a metric come to; `left_out` are NaN and infinities."""

    count: int
    left_out: int
    mean: float | None
    deviation: float | None
    min: float | None
    max: float | None


class Group(Struct, frozen=True):
    """Runs with one `label`, or that are `missing` it; `params` are those that all agree on."""

    label: Any
    missing: bool
    count: int
    metrics: dict[str, Spread]
    params: dict[str, Any]


class Groups(Struct, frozen=True):
    """The first groups, and whether there are `more`."""

    groups: list[Group]
    more: bool


def from_groups(found: groups.Groups) -> Groups:
    """Return groups as JSON says them."""
    return Groups(groups=[_group(each) for each in found.rows], more=found.more)


def _group(group: groups.Group) -> Group:
    return Group(
        label=group.label,
        missing=group.missing,
        count=group.count,
        metrics={key: _spread(spread) for key, spread in group.metrics.items()},
        params=dict(group.params),
    )


def _spread(spread: groups.Spread) -> Spread:
    return Spread(
        count=spread.count,
        left_out=spread.left_out,
        mean=spread.mean,
        deviation=spread.deviation,
        min=spread.least,
        max=spread.greatest,
    )
