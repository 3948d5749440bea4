"""Changes: what services tell of after each write, and what those who listen have not heard yet.

What changed is told, not how: whoever wants to know reads it from the store. So nothing here grows
with what is written, a listener that is late hears everything at once, and a store that learns of
changes by others could tell of them here as well.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from chachaml_kernel.domain.live import ANY, NO_LIST_NEWS, NO_NAMES, ListNews, Names, What

INTERVAL = 0.5
"""Seconds between two tellings at least. The first change after a quiet time is told at once."""
MAX_KEYS = 1_000
"""Metrics of a run whose change is remembered one by one."""
MAX_NAMES = 100
"""Runs, models and experiments whose change is told by name."""

NOTHING: frozenset[str] = frozenset()

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
    """What changed since somebody last heard of it."""

    runs: dict[str, RunChange] = field(default_factory=dict)
    models: Names = NO_NAMES
    experiments: Names = NO_NAMES
    listed: ListNews = NO_LIST_NEWS


@dataclass(slots=True, eq=False)
class Listener:
    """One who listens to changes, to those of some runs in detail."""

    run_ids: frozenset[str]
    _news: News = field(default_factory=News)
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, patience: float) -> News:
        """Wait until something changed, or for `patience` seconds; return what is new."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._told.wait()
        self._told.clear()
        news, self._news = self._news, News()
        return news

    def tell(self, news: News) -> None:
        """Remember what changed."""
        own = self._news
        for run_id in self.run_ids & news.runs.keys():
            change = news.runs[run_id]
            known = own.runs.setdefault(run_id, RunChange())
            known.add(change.what, change.keys.names, more=change.keys.more)
        own.models = _both(own.models, news.models)
        own.experiments = _both(own.experiments, news.experiments)
        own.listed = _sum(own.listed, news.listed)
        self._told.set()


@dataclass(slots=True, eq=False)
class Changes:
    """Where services tell what they wrote. Without listeners that costs next to nothing."""

    interval: float = INTERVAL
    _listeners: set[Listener] = field(default_factory=set)
    _untold: News = field(default_factory=News)
    _timer: asyncio.TimerHandle | None = None
    _last: float = float("-inf")

    @contextmanager
    def listen(self, run_ids: Sequence[str]) -> Iterator[Listener]:
        """Yield one who hears of every change from now on, until the end of the block."""
        listener = Listener(frozenset(run_ids))
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def run(self, run_id: str, what: What, keys: AbstractSet[str] = NOTHING) -> None:
        """Tell that something of a run changed; `keys` are the metrics that got points."""
        if self._listeners:
            change = self._untold.runs.get(run_id)
            if change is None:
                change = self._untold.runs[run_id] = RunChange()
            change.add((what,), keys)
            self._soon()

    def model(self, name: str) -> None:
        """Tell that a model or one of its versions changed."""
        if self._listeners:
            self._untold.models = self._untold.models.plus({name}, MAX_NAMES)
            self._soon()

    def experiment(self, name: str) -> None:
        """Tell that an experiment was made, described anew, or got a run."""
        if self._listeners:
            self._untold.experiments = self._untold.experiments.plus({name}, MAX_NAMES)
            self._soon()

    def _soon(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._last + self.interval), self._tell)

    def _tell(self) -> None:
        self._timer = None
        self._last = asyncio.get_running_loop().time()
        news, self._untold = self._untold, News()
        news.listed = _listed(news.runs)
        for listener in self._listeners:
            listener.tell(news)


def _listed(runs: Mapping[str, RunChange]) -> ListNews:
    """Return what happened to all runs that changed."""
    counts: Counter[str] = Counter()
    for change in runs.values():
        counted = {_COUNTED[what] for what in change.what if what in _COUNTED}
        counts.update(counted or {"changed"})
    return ListNews(NO_NAMES.plus(runs.keys(), MAX_NAMES), **counts)


def _both(first: Names, second: Names) -> Names:
    return second if second.more else first.plus(second.names, MAX_NAMES)


def _sum(first: ListNews, second: ListNews) -> ListNews:
    return ListNews(
        _both(first.run_ids, second.run_ids),
        started=first.started + second.started,
        ended=first.ended + second.ended,
        moved=first.moved + second.moved,
        changed=first.changed + second.changed,
    )
