"""Live updates: what changed, what somebody watches, and what they are told."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct, field

from chachaml_kernel.domain.metrics import Metric, Outline
from chachaml_kernel.domain.names import check_key
from chachaml_kernel.domain.runs import Headline, Run
from chachaml_kernel.errors import Invalid

MAX_WATCHED = 200
"""Runs that one may watch."""
MAX_FOLLOWED = 5_000
"""Series that one may follow."""

Series: TypeAlias = tuple[str, str]
"""The id of a run, and the key of one of its metrics."""


class What(StrEnum):
    """What may change of a run."""

    STARTED = "started"
    POINTS = "points"
    PARAMS = "params"
    TAGS = "tags"
    NOTE = "note"
    ARTIFACTS = "artifacts"
    DATASETS = "datasets"
    CHILDREN = "children"
    ENDED = "ended"
    RESUMED = "resumed"
    ARCHIVED = "archived"
    RESTORED = "restored"
    DELETED = "deleted"


class Names(Struct, frozen=True):
    """A few names; none, where there were `more` of them than are kept: it may be any then."""

    names: frozenset[str] = frozenset()
    more: bool = False

    def __bool__(self) -> bool:
        """Tell whether there was a name."""
        return bool(self.names) or self.more

    def plus(self, names: AbstractSet[str], most: int) -> "Names":
        """Return these and `names`, if they are no more than `most`."""
        if self.more or names <= self.names:
            return self
        both = self.names | names
        return Names(both) if len(both) <= most else ANY


NO_NAMES, ANY = Names(), Names(more=True)


class Watch(Struct, frozen=True):
    """Runs that somebody watches, and series of them whose points they want.

    With a series stands how many of its points they have; none where they want only those that
    come from now on.
    """

    run_ids: Sequence[str] = ()
    series: Mapping[Series, int | None] = field(default_factory=dict)


class Place(Struct, frozen=True):
    """A place in a series: behind its first `position` points."""

    run_id: str
    key: str
    position: int


class Glance(Struct, frozen=True):
    """A run in short, with some of its metrics, by key."""

    run: Run
    tags: Mapping[str, str]
    headline: Headline | None
    metrics: Sequence[Metric]


class RunNews(Struct, frozen=True):
    """A run as it is now; the metrics of its glance are those that changed.

    `changed` says what did, and nothing at first. Where too many metrics changed to tell, they are
    those that are followed, and there are `more`.
    """

    glance: Glance
    changed: AbstractSet[What]
    more: bool


class SeriesNews(Struct, frozen=True):
    """The points of a series from a place on, thinned where there are many."""

    place: Place
    outline: Outline


class ListNews(Struct, frozen=True):
    """What happened to all runs there are, watched or not, and to which ones.

    It counts those that started, that ended, that left lists or came back (`moved`: archived,
    restored, deleted), and that changed otherwise. One that did so again later counts again.
    """

    run_ids: Names = NO_NAMES
    started: int = 0
    ended: int = 0
    moved: int = 0
    changed: int = 0

    def __bool__(self) -> bool:
        """Tell whether anything happened."""
        return bool(self.run_ids)


NO_LIST_NEWS = ListNews()


class Update(Struct, frozen=True, kw_only=True):
    """What somebody who watches is told at one time; nothing, where it was quiet for long.

    `gone` are watched runs that do not exist, or no more; `models` and `experiments` the names of
    those that changed.
    """

    runs: Sequence[RunNews] = ()
    gone: Sequence[str] = ()
    points: Sequence[SeriesNews] = ()
    listed: ListNews = NO_LIST_NEWS
    models: Names = NO_NAMES
    experiments: Names = NO_NAMES


def check_watch(watch: Watch) -> Watch:
    """Return a watch; raise `Invalid` for one of too much, or of series of other runs."""
    if len(watch.run_ids) > MAX_WATCHED:
        raise Invalid(f"{len(watch.run_ids)} runs are too many to watch; {MAX_WATCHED} are allowed")
    if len(watch.series) > MAX_FOLLOWED:
        raise Invalid(f"{len(watch.series)} series are too many; {MAX_FOLLOWED} are allowed")
    for (run_id, key), position in watch.series.items():
        check_key("metric", key)
        if run_id not in watch.run_ids:
            raise Invalid(f"metric {key!r} is asked for of run {run_id!r}, which is not watched")
        if position is not None and position < 0:
            raise Invalid(f"metric {key!r} cannot have {position} points; the least is 0")
    return watch
