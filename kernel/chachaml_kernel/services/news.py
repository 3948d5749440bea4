"""News: what changed since somebody last heard of it, gathered without end in little room."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from chachaml_kernel.domain.live import ANY, NO_LIST_NEWS, NO_NAMES, ListNews, Names, What

MAX_KEYS = 1_000
"""Metrics of a run whose change is remembered one by one."""
MAX_NAMES = 100
"""Runs, models and experiments whose change is told by name."""
MAX_RUNS = 2_000
"""Runs whose change is remembered one by one for other kernels."""

_COUNTED = {
    What.STARTED: "started",
    What.ENDED: "ended",
    What.ARCHIVED: "moved",
    What.RESTORED: "moved",
    What.DELETED: "moved",
}


@dataclass(slots=True)
class RunChange:
    """What changed of one run, and which metrics got points."""

    what: set[What] = field(default_factory=set)
    keys: Names = NO_NAMES

    def add(self, what: Iterable[What], keys: AbstractSet[str], *, more: bool = False) -> None:
        """Remember what else changed; `more` where other metrics than `keys` may have as well."""
        self.what.update(what)
        if more:
            self.keys = ANY
        elif keys:
            self.keys = self.keys.plus(keys, MAX_KEYS)


@dataclass(slots=True)
class News:
    """What changed; `anything` may have, beyond what is named, where that was not to be known."""

    runs: dict[str, RunChange] = field(default_factory=dict)
    models: Names = NO_NAMES
    experiments: Names = NO_NAMES
    listed: ListNews = NO_LIST_NEWS
    anything: bool = False

    def __bool__(self) -> bool:
        """Tell whether there is anything to tell."""
        return bool(self.runs or self.models or self.experiments or self.listed or self.anything)

    def run(self, run_id: str, what: Iterable[What], keys: Names) -> None:
        """Remember what changed of a run."""
        change = self.runs.get(run_id)
        if change is None:
            change = self.runs[run_id] = RunChange()
        change.add(what, keys.names, more=keys.more)

    def add(self, other: "News") -> None:
        """Remember other news as well; of too many runs, only that there were some."""
        for run_id, change in other.runs.items():
            self.run(run_id, change.what, change.keys)
        self.add_lists(other)
        self.anything |= other.anything or len(self.runs) > MAX_RUNS
        if self.anything:
            self.runs.clear()

    def add_lists(self, other: "News") -> None:
        """Remember of other news what concerns lists."""
        self.models = both(self.models, other.models)
        self.experiments = both(self.experiments, other.experiments)
        self.listed = _sum(self.listed, other.listed)

    def of(self, run_ids: frozenset[str]) -> Mapping[str, RunChange]:
        """Return what changed of some runs, or may have."""
        if self.anything:
            return dict.fromkeys(run_ids, RunChange(set(What), ANY))
        return {run_id: self.runs[run_id] for run_id in run_ids & self.runs.keys()}


def anything() -> News:
    """Return the news that nobody knows what changed."""
    return News(models=ANY, experiments=ANY, listed=ListNews(ANY), anything=True)


def listed(runs: Mapping[str, RunChange]) -> ListNews:
    """Return what happened to all runs that changed."""
    counts: Counter[str] = Counter()
    for change in runs.values():
        counted = {_COUNTED[what] for what in change.what if what in _COUNTED}
        counts.update(counted or {"changed"})
    return ListNews(NO_NAMES.plus(runs.keys(), MAX_NAMES), **counts)


def both(first: Names, second: Names) -> Names:
    """Return all names of two, or any where those are too many."""
    return second if second.more else first.plus(second.names, MAX_NAMES)


def _sum(first: ListNews, second: ListNews) -> ListNews:
    return ListNews(
        both(first.run_ids, second.run_ids),
        started=first.started + second.started,
        ended=first.ended + second.ended,
        moved=first.moved + second.moved,
        changed=first.changed + second.changed,
    )
