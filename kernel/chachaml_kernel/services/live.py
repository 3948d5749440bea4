"""Live updates: what those who watch runs are told, and when."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from chachaml_kernel.domain.live import (
    ANY,
    Place,
    RunNews,
    Series,
    SeriesNews,
    Update,
    Watch,
    check_watch,
)
from chachaml_kernel.ports import LiveStore
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.news import News, RunChange

MAX_METRICS = 5_000
"""Metrics that an update tells of, shared out among the runs that are watched."""
MAX_POINTS = 1_000
"""Points of one series in an update; where there are more, they are thinned."""
MAX_ALL_POINTS = 50_000
"""Points in an update, shared out among its series."""


class Live(Struct, frozen=True):
    """Tells those who watch what changed."""

    store: LiveStore
    headline: tuple[str, ...]
    changes: Changes

    async def watch(self, watch: Watch, *, patience: float) -> AsyncGenerator[Update, None]:
        """Yield how the watched runs are, then what changes, and something each `patience` seconds.

        The first update has all runs; their points are in it from where the watch has them. From
        then on each point of a series is told exactly once, in the order of logging, however slow
        the listener is: what changes until it asks again is told in one update.
        """
        check_watch(watch)
        with self.changes.listen(watch.run_ids) as listener:
            watcher = Watcher(self.store, self.headline, watch)
            yield await watcher.begin()
            while True:
                yield await watcher.update(await listener.hear(patience))


@dataclass(slots=True, eq=False)
class Watcher:
    """One who watches, and how many points of each series they have been told."""

    store: LiveStore
    headline: tuple[str, ...]
    watch: Watch
    _told: dict[Series, int] = field(default_factory=dict)

    async def begin(self) -> Update:
        """Return how all watched runs are, and the points that the watcher has missed."""
        runs = await self._look({run_id: RunChange(keys=ANY) for run_id in self.watch.run_ids})
        lengths = {
            (news.glance.run.id, metric.key): metric.count
            for news in runs
            for metric in news.glance.metrics
        }
        found = {news.glance.run.id for news in runs}
        for series, position in self.watch.series.items():
            if series[0] in found:
                length = lengths.get(series, 0)
                self._told[series] = length if position is None else min(position, length)
        return Update(
            runs=runs,
            gone=[run_id for run_id in self.watch.run_ids if run_id not in found],
            points=await self._follow(
                [each for each, told in self._told.items() if told < lengths.get(each, 0)]
            ),
        )

    async def update(self, news: News) -> Update:
        """Return what the watcher is told of what changed."""
        runs = await self._look(news.runs)
        return Update(
            runs=runs,
            gone=sorted(news.runs.keys() - {each.glance.run.id for each in runs}),
            points=await self._follow([each for each in self._told if _has_grown(each, news.runs)]),
            listed=news.listed,
            models=news.models,
            experiments=news.experiments,
        )

    async def _look(self, changes: Mapping[str, RunChange]) -> list[RunNews]:
        """Return those runs that exist, with the metrics that changed.

        Where these are too many, it is those that the watcher follows.
        """
        if not changes:
            return []
        most = MAX_METRICS // len(self.watch.run_ids)
        wanted = {
            run_id: None if change.keys.more else change.keys.names
            for run_id, change in changes.items()
        }
        found = await self.store.glance(wanted, most=most + 1, headline=self.headline)
        followed = {
            run_id: {key for other, key in self.watch.series if other == run_id}
            for run_id, glance in found.items()
            if len(glance.metrics) > most
        }
        if followed:
            fewer = await self.store.glance(followed, most=most, headline=self.headline)
            found = {**found, **fewer}
        return [
            RunNews(found[run_id], frozenset(change.what), more=run_id in followed)
            for run_id, change in changes.items()
            if run_id in found
        ]

    async def _follow(self, grown: Sequence[Series]) -> list[SeriesNews]:
        """Return the points of some series that the watcher was not told yet."""
        if not grown:
            return []
        places = [Place(*each, self._told[each]) for each in grown]
        max_points = max(2, min(MAX_POINTS, MAX_ALL_POINTS // len(places)))
        outlines = await self.store.follow(places, max_points=max_points)
        for place, outline in outlines.items():
            self._told[place.run_id, place.key] += outline.count
        return [SeriesNews(place, outline) for place, outline in outlines.items()]


def _has_grown(series: Series, changes: Mapping[str, RunChange]) -> bool:
    """Tell whether a series may have got points."""
    run_id, key = series
    return run_id in changes and (changes[run_id].keys.more or key in changes[run_id].keys.names)
