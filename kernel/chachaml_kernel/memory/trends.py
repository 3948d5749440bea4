"""How experiments go, in memory."""

from collections.abc import Mapping, Sequence
from math import isfinite

from chachaml_kernel.domain.experiments import RECENT, Best, Ranking, Trend
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.memory.lists import headline as headline_of
from chachaml_kernel.memory.lists import matching
from chachaml_kernel.memory.metrics import latest
from chachaml_kernel.memory.state import Memory, RunRecord


class MemoryTrends:
    """Keeps the promises of `SummaryStore` about experiments."""

    memory: Memory

    async def leading_metrics(
        self, experiments: Sequence[str], *, headline: Sequence[str]
    ) -> Mapping[str, str]:
        """Return the headline metric of each experiment, if it has one."""
        found = {}
        for name in experiments:
            runs = self._newest(name)[:RECENT]
            keys = (shown.key for run in runs if (shown := headline_of(run, headline)))
            found[name] = next(keys, None)
        return {name: key for name, key in found.items() if key is not None}

    async def trends(self, asked: Mapping[str, Ranking]) -> Mapping[str, Trend]:
        """Return how each experiment goes by the metric that is asked for it."""
        return {name: self._trend(name, ranking) for name, ranking in asked.items()}

    def _trend(self, experiment: str, ranking: Ranking) -> Trend:
        runs = self._newest(experiment)
        key = ranking.key
        recent = [(r.run.id, latest(r.series[key])) for r in runs[:RECENT] if key in r.series]
        values = [(latest(r.series[key]), r.run) for r in runs if key in r.series]
        numbers = [one for one in values if isfinite(one[0])]
        best = None
        descending = ranking.descending
        if numbers and descending is not None:
            value, run = sorted(numbers, key=lambda one: one[0], reverse=descending)[0]
            best = Best(run_id=run.id, run_name=run.name, value=value)
        return Trend(ranking=ranking, best=best, recent=recent[::-1])

    def _newest(self, experiment: str) -> list[RunRecord]:
        found = matching(self.memory, RunQuery(experiment=experiment))
        return sorted(found, key=lambda r: (r.run.started_at, r.run.id), reverse=True)
