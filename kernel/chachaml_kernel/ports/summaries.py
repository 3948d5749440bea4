"""The part of a store that sums many runs up."""

from typing import Protocol

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
