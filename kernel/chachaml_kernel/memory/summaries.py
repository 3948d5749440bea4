"""Many runs summed up, in memory."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from chachaml_kernel.domain.comparison import Side
from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.metrics import Outline, thin
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import Run
from chachaml_kernel.memory.distributions import MemoryDistributions
from chachaml_kernel.memory.groups import MemoryGroups
from chachaml_kernel.memory.lists import detail, matching, row
from chachaml_kernel.memory.state import Memory, RunRecord
from chachaml_kernel.memory.trends import MemoryTrends


class MemorySummaries(MemoryDistributions, MemoryGroups, MemoryTrends):
    """Keeps the promises of `SummaryStore`."""

    memory: Memory

    async def count_runs(self, query: RunQuery) -> RunCounts:
        """Return how many runs `query` describes, by status."""
        every = replace(query, status=None, archived=None)
        return counts_of(record.run for record in matching(self.memory, every))

    async def get_sides(
        self, run_ids: Sequence[str], *, headline: Sequence[str] = ()
    ) -> Sequence[Side]:
        """Return what is compared of some runs."""
        found = [self.memory.runs[run_id] for run_id in run_ids if run_id in self.memory.runs]
        return [self._side(record, headline) for record in found]

    def _side(self, record: RunRecord, headline: Sequence[str]) -> Side:
        whole = detail(self.memory, record, preferred=headline)
        return Side(
            row=row(self.memory, record, RunQuery(headline=tuple(headline))),
            metrics=whole.metrics,
            env=whole.env,
            datasets=whole.datasets,
        )

    async def sketches(
        self, run_ids: Sequence[str], key: str, *, max_points: int
    ) -> Mapping[str, Outline]:
        """Return so many of the points of a metric of each run that has it."""
        stored = self.memory.runs
        found = {
            run_id: stored[run_id].series[key]
            for run_id in run_ids
            if run_id in stored and key in stored[run_id].series
        }
        return {
            run_id: Outline(len(points), thin(points, max_points))
            for run_id, points in found.items()
        }


def counts_of(runs: Iterable[Run]) -> RunCounts:
    """Count runs by status, and archived ones apart."""
    counts = Counter("archived" if run.archived else run.status.value for run in runs)
    return RunCounts(**counts)
