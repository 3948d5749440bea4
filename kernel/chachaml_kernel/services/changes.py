"""Changes: what services tell of after each write, and what those who listen have not heard yet.

What changed is told, not how: whoever wants to know reads it from the store. So nothing here grows
with what is written, and a listener that is late hears everything at once. Other kernels on the
same store are told in the same way, and tell.
"""

import asyncio
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from chachaml_kernel.domain.live import What
from chachaml_kernel.services.news import MAX_NAMES, News, RunChange, listed

INTERVAL = 0.5
"""Seconds between two tellings at least. The first change after a quiet time is told at once."""

NOTHING: frozenset[str] = frozenset()


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
        for run_id, change in news.of(self.run_ids).items():
            self._news.run(run_id, change.what, change.keys)
        self._news.add_lists(news)
        self._told.set()


@dataclass(slots=True, eq=False)
class Outbox:
    """What other kernels have not been told yet."""

    _news: News = field(default_factory=News)
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    empty: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while whoever sends it waits for more."""

    async def take(self) -> News:
        """Wait until something changed; return what is to be told."""
        if not self._told.is_set():
            self.empty.set()
            await self._told.wait()
        self._told.clear()
        news, self._news = self._news, News()
        return news

    def put(self, news: News) -> None:
        """Remember what changed."""
        self._news.add(news)
        self.empty.clear()
        self._told.set()


@dataclass(slots=True, eq=False)
class Changes:
    """Where services tell what they wrote. Where nobody listens that costs next to nothing."""

    interval: float = INTERVAL
    _listeners: set[Listener] = field(default_factory=set)
    _outboxes: set[Outbox] = field(default_factory=set)
    _own: News = field(default_factory=News)
    _others: News = field(default_factory=News)
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

    @contextmanager
    def outbox(self) -> Iterator[Outbox]:
        """Yield what gathers our own changes for others, until the end of the block."""
        outbox = Outbox()
        self._outboxes.add(outbox)
        try:
            yield outbox
        finally:
            self._outboxes.discard(outbox)

    def run(self, run_id: str, what: What, keys: AbstractSet[str] = NOTHING) -> None:
        """Tell that something of a run changed; `keys` are the metrics that got points."""
        if self._listeners or self._outboxes:
            change = self._own.runs.get(run_id)
            if change is None:
                change = self._own.runs[run_id] = RunChange()
            change.add((what,), keys)
            self._soon()

    def model(self, name: str) -> None:
        """Tell that a model or one of its versions changed."""
        if self._listeners or self._outboxes:
            self._own.models = self._own.models.plus({name}, MAX_NAMES)
            self._soon()

    def experiment(self, name: str) -> None:
        """Tell that an experiment was made, described anew, or got a run."""
        if self._listeners or self._outboxes:
            self._own.experiments = self._own.experiments.plus({name}, MAX_NAMES)
            self._soon()

    def hear(self, news: News) -> None:
        """Tell what another kernel wrote."""
        if self._listeners:
            self._others.add(news)
            self._soon()

    def _soon(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._last + self.interval), self.tell)

    def tell(self) -> None:
        """Hand on what has gathered, without waiting until it is time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last = asyncio.get_running_loop().time()
        (own, self._own), (others, self._others) = (self._own, News()), (self._others, News())
        own.listed = listed(own.runs)
        if own:
            for outbox in self._outboxes:
                outbox.put(own)
        own.add(others)
        for listener in self._listeners:
            listener.tell(own)
