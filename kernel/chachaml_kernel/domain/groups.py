"""Groups of runs: those that have something in common, and what their metrics come to."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, get_args

from msgspec import Struct

from chachaml_kernel.domain.names import check_key
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import Invalid

GroupBy: TypeAlias = Literal["experiment", "status", "created_by", "param", "tag"]
KEYED = ("param", "tag")
MAX_KEYS = 10
"""Metrics, and params, that groups are described by."""
MAX_GROUPS = 1_000


class Grouping(Struct, frozen=True, kw_only=True):
    """By what runs are grouped, by what the groups are described, and which come first.

    The largest come first, or those with the greatest mean of the metric `sort`; or the least ones.
    Groups without a mean come last, and equal ones in any order.
    """

    by: GroupBy
    key: str = ""
    metrics: Sequence[str] = ()
    params: Sequence[str] = ()
    sort: str | None = None
    descending: bool = True
    limit: int = 100


class Spread(Struct, frozen=True, kw_only=True):
    """What the latest values of a metric come to, over the runs of a group that have it.

    `left_out` are values that are no finite numbers; of the `count` others there are the mean, the
    sample standard deviation (none of a single one), the least and the greatest.
    """

    count: int
    left_out: int
    mean: float | None = None
    deviation: float | None = None
    least: float | None = None
    greatest: float | None = None


class Group(Struct, frozen=True, kw_only=True):
    """Runs with one `label`: the value that they share, or none where they are `missing` it.

    Numbers that are equal are one label: 1 and 1.0. `params` are those that all have, with a value
    that all agree on.
    """

    label: JsonValue
    missing: bool
    count: int
    metrics: Mapping[str, Spread]
    params: Mapping[str, JsonValue]


class Groups(Struct, frozen=True):
    """The first groups; whether there are `more`."""

    rows: Sequence[Group]
    more: bool


def parse_by(text: str) -> tuple[GroupBy, str]:
    """Return what `by=text` groups by, and its key; raise `Invalid` if it is nothing."""
    by, _, key = text.partition(".")
    if by not in get_args(GroupBy) or bool(key) != (by in KEYED):
        raise Invalid(
            f"cannot group by {text!r}; use experiment, status, created_by, param.KEY or tag.KEY"
        )
    return by, key  # type: ignore[return-value]  # checked just above


def check_grouping(grouping: Grouping) -> None:
    """Raise `Invalid` if there are too many keys or groups, or the order has no metric."""
    for what, keys in (("metrics", grouping.metrics), ("params", grouping.params)):
        if len(keys) > MAX_KEYS:
            raise Invalid(f"{len(keys)} {what} are too many; name {MAX_KEYS} at most")
        for key in keys:
            check_key(what.removesuffix("s"), key)
    if grouping.sort is not None and grouping.sort not in grouping.metrics:
        raise Invalid(f"cannot sort by {grouping.sort!r}, which is none of the metrics asked for")
    if not 1 <= grouping.limit <= MAX_GROUPS:
        raise Invalid(f"limit is {grouping.limit}; it must be from 1 to {MAX_GROUPS}")
