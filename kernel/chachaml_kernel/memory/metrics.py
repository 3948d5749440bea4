"""Series of points in memory."""

import math
from collections.abc import AsyncIterator, Mapping, Sequence

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.metrics import Metric, Outline, Points, Window, thin
from chachaml_kernel.errors import NotFound
from chachaml_kernel.memory.state import Memory

NOTHING = Points((), ())
BLOCK = 10_000
"""Points that a history yields at a time."""


class MemoryMetrics:
    """Keeps the promises of `MetricStore`, but for durability."""

    memory: Memory

    async def append_points(
        self, run_id: str, points: Mapping[str, Points], *, once: Once | None = None
    ) -> None:
        """Append points to series of a run that takes writes."""

        def write() -> None:
            stored = self.memory.running(run_id).series
            for key, logged in points.items():
                if len(logged):
                    stored[key] = joined(stored.pop(key, NOTHING), logged)

        self.memory.once(once, write)

    async def history(self, run_id: str, key: str, window: Window) -> AsyncIterator[Points]:
        """Yield the points of one series that lie in `window`, a block at a time."""
        begin = 0
        while len(block := self._series(run_id, key).span(begin, begin + BLOCK)):
            found = inside(block, window, begin=begin)
            begin += len(block)
            if len(found):
                yield found

    async def outline(self, run_id: str, key: str, window: Window, *, max_points: int) -> Outline:
        """Return so many of the points of one series that its curve looks the same."""
        points = inside(self._series(run_id, key), window, begin=0)
        return Outline(len(points), thin(points, max_points))

    def _series(self, run_id: str, key: str) -> Points:
        stored = self.memory.run(run_id).series
        if key not in stored:
            raise NotFound("metric", f"run {run_id!r} has no metric {key!r}")
        return stored[key]


def joined(first: Points, second: Points) -> Points:
    """Return the points of both, in that order."""
    no_steps = first.steps is None and second.steps is None
    return Points(
        [*first.values, *second.values],
        [*first.times, *second.times],
        None if no_steps else [*steps_of(first), *steps_of(second)],
    )


def steps_of(points: Points) -> list[int | None]:
    """Return one step a point, each of which may be none."""
    return [None] * len(points) if points.steps is None else list(points.steps)


def inside(points: Points, window: Window, *, begin: int) -> Points:
    """Return those of `points` that lie in `window`; `begin` is the position of the first one."""
    if window.first is None and window.last is None:
        return points
    first = -math.inf if window.first is None else window.first
    last = math.inf if window.last is None else window.last
    places: Sequence[int | None] = points.times
    if window.axis == "step":
        places = steps_of(points)
    elif window.axis == "position":
        places = range(begin, begin + len(points))
    return points.take(
        [i for i, place in enumerate(places) if place is not None and first <= place <= last]
    )


def latest(points: Points) -> float:
    """Return the value that was logged last."""
    return points.values[-1]


def summary(key: str, points: Points) -> Metric:
    """Return a series in short."""
    numbers = [value for value in points.values if not math.isnan(value)]
    return Metric(
        key=key,
        value=latest(points),
        step=None if points.steps is None else points.steps[-1],
        timestamp=points.times[-1],
        count=len(points),
        min=min(numbers, default=math.nan),
        max=max(numbers, default=math.nan),
    )
