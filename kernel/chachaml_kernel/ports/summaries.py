"""The part of a store that sums many runs up."""

from collections.abc import Sequence
from typing import Protocol

from chachaml_kernel.domain.comparison import Side
from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.query import RunQuery


class SummaryStore(Protocol):
    """Answers about many runs at once, each in a fixed number of queries."""

    async def count_runs(self, query: RunQuery) -> RunCounts:
        """Return how many runs `query` describes, by status.

        Its limit and its place count for nothing, nor do its `status` and `archived`: these are
        what is counted by.
        """
        ...

    async def get_sides(
        self, run_ids: Sequence[str], *, headline: Sequence[str] = ()
    ) -> Sequence[Side]:
        """Return what is compared of some different runs, in their order; metrics by key.

        Raises `NotFound("run")`, with the first one that does not exist.
        """
        ...
