"""Groups of runs in memory."""

import statistics
from collections.abc import Mapping, Sequence
from math import isfinite

from chachaml_kernel.domain.groups import Group, Grouping, Groups, Spread
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.values import JsonValue, canonical, same
from chachaml_kernel.memory.lists import is_number, matching
from chachaml_kernel.memory.metrics import latest
from chachaml_kernel.memory.state import Memory, RunRecord


class MemoryGroups:
    """Keeps the promises of `SummaryStore` about groups."""

    memory: Memory

    async def group_runs(self, query: RunQuery, grouping: Grouping) -> Groups:
        """Return the runs that `query` describes in groups."""
        members: dict[tuple[bool, str | float], list[RunRecord]] = {}
        for record in matching(self.memory, query):
            has, value = label(record, grouping)
            identity = value if is_number(value) else canonical(value)
            members.setdefault((has, identity), []).append(record)
        groups = [group(some, grouping) for some in members.values()]
        groups.sort(key=lambda one: sort_value(one, grouping), reverse=grouping.descending)
        if grouping.sort is not None:
            groups.sort(key=lambda one: one.metrics[grouping.sort or ""].mean is None)
        return Groups(groups[: grouping.limit], len(groups) > grouping.limit)


def label(record: RunRecord, grouping: Grouping) -> tuple[bool, JsonValue]:
    """Return whether a run has what runs are grouped by, and its value."""
    if grouping.by in ("param", "tag"):
        own: Mapping[str, JsonValue] = record.params if grouping.by == "param" else record.tags
        return grouping.key in own, own.get(grouping.key)
    value: str | None = getattr(record.run, grouping.by)
    return value is not None, value


def sort_value(group: Group, grouping: Grouping) -> float:
    """Return what a group is sorted by."""
    mean = group.metrics[grouping.sort].mean if grouping.sort is not None else group.count
    return 0.0 if mean is None else mean


def group(members: Sequence[RunRecord], grouping: Grouping) -> Group:
    """Return what runs with one label have in common."""
    has, value = label(members[0], grouping)
    agreed = {}
    for key in grouping.params:
        values = [record.params[key] for record in members if key in record.params]
        if len(values) == len(members) and all(same(values[0], other) for other in values):
            agreed[key] = values[0]
    return Group(
        label=value,
        missing=not has,
        count=len(members),
        metrics={key: spread(members, key) for key in grouping.metrics},
        params=agreed,
    )


def spread(members: Sequence[RunRecord], key: str) -> Spread:
    """Return what the latest values of a metric come to."""
    values = [latest(record.series[key]) for record in members if key in record.series]
    numbers = [value for value in values if isfinite(value)]
    if not numbers:
        return Spread(count=0, left_out=len(values))
    return Spread(
        count=len(numbers),
        left_out=len(values) - len(numbers),
        mean=statistics.mean(numbers),
        deviation=statistics.stdev(numbers) if len(numbers) > 1 else None,
        least=min(numbers),
        greatest=max(numbers),
    )
