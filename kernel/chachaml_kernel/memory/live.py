"""Runs at a glance in memory, and what is new in series."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from chachaml_kernel.domain.live import Glance, Place
from chachaml_kernel.domain.metrics import Outline, thin
from chachaml_kernel.memory.lists import headline as headline_of
from chachaml_kernel.memory.metrics import NOTHING, summary
from chachaml_kernel.memory.state import Memory


class MemoryLive:
    """Keeps the promises of `LiveStore`."""

    memory: Memory

    async def glance(
        self,
        wanted: Mapping[str, AbstractSet[str] | None],
        *,
        most: int,
        headline: Sequence[str] = (),
    ) -> Mapping[str, Glance]:
        """Return those of some runs that exist, with the wanted metrics that they have."""
        found = {}
        for run_id in wanted.keys() & self.memory.runs.keys():
            record, keys = self.memory.runs[run_id], wanted[run_id]
            shown = (
                sorted(record.series)[:most]
                if keys is None
                else sorted(record.series.keys() & keys)
            )
            metrics = [summary(key, record.series[key]) for key in shown]
            found[run_id] = Glance(
                record.run, dict(record.tags), headline_of(record, headline), metrics
            )
        return found

    async def follow(self, places: Sequence[Place], *, max_points: int) -> Mapping[Place, Outline]:
        """Return what is new behind some places."""
        found = {}
        for place in places:
            record = self.memory.runs.get(place.run_id)
            series = NOTHING if record is None else record.series.get(place.key, NOTHING)
            new = series.span(place.position, len(series))
            if len(new):
                found[place] = Outline(len(new), thin(new, max_points))
        return found
