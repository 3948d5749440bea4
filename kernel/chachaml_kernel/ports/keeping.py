"""The part of the store port by which everything moves from one store to another."""

from collections.abc import AsyncIterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from chachaml_kernel.domain.keeping import Batch, Block, Holdings


class Snapshot(Protocol):
    """One state of a store, whatever is written meanwhile."""

    async def holdings(self) -> Holdings:
        """Return how much there is, counted."""
        ...

    def batches(self) -> AsyncIterator[Batch]:
        """Yield all that there is but points: experiments, runs, artifacts, models, views, keys.

        Each batch has things of one kind, some hundreds at most. The kinds come in this order, the
        things of each sorted by their id or name, in the order of code points. A batch has no
        `parents`: its runs say theirs. Memory does not grow with how much there is.
        """
        ...

    def points(self, run_id: str, keys: Sequence[str]) -> AsyncIterator[Block]:
        """Yield the points of some metrics of a run, each in the order of logging.

        Metric comes after metric in the order of `keys`, each in a block or, if it is long, in
        several. Raises `NotFound` for the run or a metric, and `Upstream` for one that is damaged.
        """
        ...


class KeepingStore(Protocol):
    """All that is stored, out and in. What comes in breaks no rule and is not checked again.

    None of these writes takes a key: done twice, they have the same effect, but for points.
    """

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Hold the present state for as long as the block lasts."""
        ...

    async def load(self, batch: Batch) -> None:
        """Store things as they are, each in place of what has its id or name, all or none.

        Runs come without parent, whatever they say, and without points: those that they had are
        gone, and their `metrics` are not looked at. Parents come when all runs are there. The
        experiment of a run, the run of a parent, and the artifact of a version have to be there.
        Keys of a form that this store does not know are left out.
        """
        ...

    async def load_points(self, blocks: Sequence[Block]) -> None:
        """Append points to series of runs that are there, whatever their status, all or none.

        The order is that of logging: the series of a run's last block is its latest metric.
        """
        ...

    async def known_artifacts(self, artifact_ids: Sequence[str]) -> AbstractSet[str]:
        """Return those of some ids that artifacts have."""
        ...

    async def settle(self) -> None:
        """Return when no work is left that is done behind the writes.

        The space of what was deleted is given back then, where the store gives any back.
        """
        ...
