"""Many runs summed up, in memory."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import Run
from chachaml_kernel.memory.lists import matching
from chachaml_kernel.memory.state import Memory


class MemorySummaries:
    """Keeps the promises of `SummaryStore`."""

    memory: Memory

    async def count_runs(self, query: RunQuery) -> RunCounts:
        """Return how many runs `query` describes, by status."""
        every = replace(query, status=None, archived=None)
        return counts_of(record.run for record in matching(self.memory, every))


def counts_of(runs: Iterable[Run]) -> RunCounts:
    """Count runs by status, and archived ones apart."""
    counts = Counter("archived" if run.archived else run.status.value for run in runs)
    return RunCounts(**counts)
