"""The part of a store that sums many runs up."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from chachaml_kernel.domain.comparison import Side
from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.distribution import Distribution
from chachaml_kernel.domain.experiments import Ranking, Trend
from chachaml_kernel.domain.groups import Grouping, Groups
from chachaml_kernel.domain.metrics import Outline
from chachaml_kernel.domain.query import MetricCondition, RunQuery


class SummaryStore(Protocol):
    """Answers about many runs at once, each in a fixed number of queries."""

    async def count_runs(self, query: RunQuery) -> RunCounts:
        """Return how many runs `query` describes, by status.

        Its limit and its place count for nothing, nor do its `status` and `archived`: these are
        what is counted by.
        """
        ...

    async def group_runs(self, query: RunQuery, grouping: Grouping) -> Groups:
        """Return the runs that `query` describes in groups; its order and place count for nothing.

        A deviation is as exact as one that is taken from the mean in a second go.
        """
        ...

    async def distribution(
        self, query: RunQuery, metric: MetricCondition, *, bins: int
    ) -> Distribution:
        """Return how the latest values of a metric are spread over the runs `query` describes.

        Of the query, its own `metric`, its order and its place count for nothing. `bins` is 1 or
        more. Found are the runs that satisfy `metric`, which NaN never does.
        """
        ...

    async def get_sides(
        self, run_ids: Sequence[str], *, headline: Sequence[str] = ()
    ) -> Sequence[Side]:
        """Return what is compared of some different runs, in their order; metrics by key.

        Runs that do not exist are left out.
        """
        ...

    async def sketches(
        self, run_ids: Sequence[str], key: str, *, max_points: int
    ) -> Mapping[str, Outline]:
        """Return at most `max_points` (2 or more) of the points of a metric, for each run with it.

        They are points of the series, spread over all of it in the order of logging, the first and
        the last among them; all, where there are no more. Of a long series they may miss a peak,
        which `MetricStore.outline` does not: this is for small curves of many runs at once.
        """
        ...

    async def leading_metrics(
        self, experiments: Sequence[str], *, headline: Sequence[str]
    ) -> Mapping[str, str]:
        """Return the headline metric of each experiment, if it has one.

        That is the headline, with these preferred keys, of the newest that has one of the last 40
        runs that are not archived.
        """
        ...

    async def trends(self, asked: Mapping[str, Ranking]) -> Mapping[str, Trend]:
        """Return how each experiment goes by the metric that is asked for it."""
        ...
