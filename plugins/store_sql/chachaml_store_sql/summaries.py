"""The part of the store port that sums many runs up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chachaml_kernel.domain.comparison import Side
from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.distribution import Distribution
from chachaml_kernel.domain.experiments import Ranking, Trend
from chachaml_kernel.domain.groups import Grouping, Groups
from chachaml_kernel.domain.metrics import Outline
from chachaml_kernel.domain.query import MetricCondition, RunQuery

from chachaml_store_sql.lists.counts import count_runs
from chachaml_store_sql.lists.distributions import distribution
from chachaml_store_sql.lists.groups import group_runs
from chachaml_store_sql.lists.sides import get_sides
from chachaml_store_sql.lists.trends import leading_metrics, trends
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.series.sketch import sketches


@dataclass(frozen=True, slots=True)
class SqlSummaries:
    """A `SummaryStore`; `read` runs functions of a connection."""

    read: Runner

    async def count_runs(self, query: RunQuery) -> RunCounts:
        """See `SummaryStore`."""
        return await self.read(lambda c: count_runs(c, query))

    async def group_runs(self, query: RunQuery, grouping: Grouping) -> Groups:
        """See `SummaryStore`."""
        return await self.read(lambda c: group_runs(c, query, grouping))

    async def distribution(
        self, query: RunQuery, metric: MetricCondition, *, bins: int
    ) -> Distribution:
        """See `SummaryStore`."""
        return await self.read(lambda c: distribution(c, query, metric, bins=bins))

    async def get_sides(
        self, run_ids: Sequence[str], *, headline: Sequence[str] = ()
    ) -> Sequence[Side]:
        """See `SummaryStore`."""
        return await self.read(lambda c: get_sides(c, run_ids, headline=headline))

    async def sketches(
        self, run_ids: Sequence[str], key: str, *, max_points: int
    ) -> Mapping[str, Outline]:
        """See `SummaryStore`."""
        return await self.read(lambda c: sketches(c, run_ids, key, max_points=max_points))

    async def leading_metrics(
        self, experiments: Sequence[str], *, headline: Sequence[str]
    ) -> Mapping[str, str]:
        """See `SummaryStore`."""
        return await self.read(lambda c: leading_metrics(c, experiments, headline))

    async def trends(self, asked: Mapping[str, Ranking]) -> Mapping[str, Trend]:
        """See `SummaryStore`."""
        return await self.read(lambda c: trends(c, asked))
