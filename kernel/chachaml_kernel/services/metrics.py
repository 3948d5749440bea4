"""Metrics: logging points and reading them back."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from msgspec import Struct

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.live import What
from chachaml_kernel.domain.metrics import Outline, Points, Window, check_points
from chachaml_kernel.domain.names import check_key, check_number
from chachaml_kernel.errors import Invalid
from chachaml_kernel.ports import Store
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.surroundings import Clock

MIN_THINNED, MAX_THINNED = 2, 1_000_000
MAX_SKETCHED, MAX_SKETCH = 100, 1_000
"""Runs of which sketches are drawn together, and points of each, at most."""
MUCH = 10_000
"""From so many points on, checking them would hold the event loop up for too long."""


class Metrics(Struct, frozen=True):
    """The series of runs."""

    store: Store
    clock: Clock
    changes: Changes

    async def append(
        self, run_id: str, points: Mapping[str, Points], *, once: Once | None = None
    ) -> None:
        """Log points, all of them or none; they are durable when this returns."""
        if not any(map(len, points.values())):
            raise Invalid('there is no point in this request; send for example {"loss": 0.4}')
        check_number("metrics", points)
        if sum(map(len, points.values())) < MUCH:
            _check(points)
        else:
            await asyncio.to_thread(_check, points)
        await self.store.append_points(run_id, points, once=once)
        self.changes.run(run_id, What.POINTS, points.keys())

    def history(self, run_id: str, key: str, *, window: Window) -> AsyncIterator[Points]:
        """Yield one series, or its window, a block at a time; see `MetricStore.history`."""
        return self.store.history(run_id, key, window)

    async def outline(self, run_id: str, key: str, *, window: Window, max_points: int) -> Outline:
        """Return one series, or its window, so thinned that its peaks stay."""
        if not MIN_THINNED <= max_points <= MAX_THINNED:
            raise Invalid(
                f"max_points is {max_points}; it must be from {MIN_THINNED} to {MAX_THINNED}"
            )
        return await self.store.outline(run_id, key, window, max_points=max_points)

    async def sketches(
        self, run_ids: Sequence[str], key: str, *, max_points: int
    ) -> Mapping[str, Outline]:
        """Return a small curve of one metric for each run that has it."""
        ids = list(dict.fromkeys(run_ids))
        if len(ids) > MAX_SKETCHED:
            raise Invalid(f"{len(ids)} runs are too many for one request; name {MAX_SKETCHED}")
        if not MIN_THINNED <= max_points <= MAX_SKETCH:
            raise Invalid(f"points is {max_points}; it must be from {MIN_THINNED} to {MAX_SKETCH}")
        return await self.store.sketches(ids, key, max_points=max_points)


def _check(points: Mapping[str, Points]) -> None:
    for key, columns in points.items():
        check_key("metric", key)
        check_points(key, columns)
