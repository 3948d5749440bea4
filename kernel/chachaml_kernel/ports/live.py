"""The part of the port of stores that live updates need: much in short, in one call."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from chachaml_kernel.domain.live import Glance, Place
from chachaml_kernel.domain.metrics import Outline


class LiveStore(Protocol):
    """Runs at a glance, and what is new in series."""

    async def glance(
        self,
        wanted: Mapping[str, AbstractSet[str] | None],
        *,
        most: int,
        headline: Sequence[str] = (),
    ) -> Mapping[str, Glance]:
        """Return those of some runs that exist, by id, with the wanted metrics that they have.

        Where none are named, these are the first `most` by key of all that the run has.
        """
        ...

    async def follow(self, places: Sequence[Place], *, max_points: int) -> Mapping[Place, Outline]:
        """Return what is new behind some places; one with nothing behind it is left out.

        What is new is an outline of the series from there on, of at most `max_points` (2 or more),
        as `MetricStore.outline` returns it. Points before a place are not read, but for those that
        are stored in one piece with points behind it. A run or a metric that does not exist has
        nothing new.
        """
        ...
