"""Live updates as server-sent events."""

from collections.abc import Iterator

from chachaml_kernel.domain import live
from msgspec import UNSET, Struct, UnsetType, field

from chachaml_ui.api.wire.events import HEARTBEAT, event
from chachaml_ui.api.wire.metrics import Points, points_of
from chachaml_ui.api.wire.runs import Headline, Metric, Run, facts_of, from_headline, from_metric

RETRY = b"retry: 2000\n\n"
"""Milliseconds after which a browser connects again by itself."""


class RunNow(Run, frozen=True):
    """A run as it is now, with those of its metrics that changed."""

    headline: Headline | None
    metrics: list[Metric]
    more: bool
    changed: list[str]
    tags: dict[str, str] | UnsetType = UNSET


class Hello(Struct, frozen=True):
    """How all that is watched is at first; `missing` are runs that do not exist.

    `heartbeat` is after how many quiet milliseconds the connection says that it stands.
    """

    now: int
    heartbeat: int
    runs: list[RunNow]
    missing: list[str]


class NewPoints(Struct, frozen=True):
    """The `count` points of a series from position `from` on; fewer of them, if `thinned`."""

    run: str
    key: str
    begin: int = field(name="from")
    count: int
    thinned: bool
    points: Points


class Gone(Struct, frozen=True):
    """A run that was watched and deleted."""

    run: str


class Listed(Struct, frozen=True):
    """How many runs, of all there are, changed in which way, and which these are."""

    started: int
    ended: int
    moved: int
    changed: int
    ids: list[str]
    more: bool


class Named(Struct, frozen=True):
    """The names of what changed."""

    names: list[str]
    more: bool


def first_events(update: live.Update, *, now: int, heartbeat: float) -> bytes:
    """Return what a watcher is told at first."""
    runs = [_run(news, tags=True) for news in update.runs]
    hello = Hello(now, round(heartbeat * 1_000), runs, list(update.gone))
    return b"".join([RETRY, event("hello", hello), *map(_points, update.points)])


def events(update: live.Update) -> bytes:
    """Return what a watcher is told of one update."""
    return b"".join(_events(update)) or HEARTBEAT


def _events(update: live.Update) -> Iterator[bytes]:
    for news in update.runs:
        yield event("run", _run(news, tags=live.What.TAGS in news.changed))
    yield from map(_points, update.points)
    for run_id in update.gone:
        yield event("gone", Gone(run_id))
    if update.listed:
        yield event("runs", _listed(update.listed))
    for kind, names in (("models", update.models), ("experiments", update.experiments)):
        if names:
            yield event(kind, Named(sorted(names.names), names.more))


def _run(news: live.RunNews, *, tags: bool) -> RunNow:
    glance = news.glance
    return RunNow(
        **facts_of(glance.run),
        headline=from_headline(glance.headline),
        metrics=[from_metric(metric) for metric in glance.metrics],
        more=news.more,
        changed=sorted(news.changed),
        tags=dict(glance.tags) if tags else UNSET,
    )


def _points(news: live.SeriesNews) -> bytes:
    place, outline = news.place, news.outline
    told = NewPoints(
        run=place.run_id,
        key=place.key,
        begin=place.position,
        count=outline.count,
        thinned=len(outline.points) < outline.count,
        points=points_of(outline.points),
    )
    return event("points", told)


def _listed(news: live.ListNews) -> Listed:
    return Listed(
        started=news.started,
        ended=news.ended,
        moved=news.moved,
        changed=news.changed,
        ids=sorted(news.run_ids.names),
        more=news.run_ids.more,
    )
