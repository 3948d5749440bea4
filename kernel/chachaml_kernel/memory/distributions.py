"""How the latest values of a metric are spread, in memory."""

import math
from bisect import bisect_right
from collections import Counter

from msgspec.structs import replace

from chachaml_kernel.domain.distribution import Distribution, bounds
from chachaml_kernel.domain.query import MetricCondition, RunQuery
from chachaml_kernel.memory.lists import matching, satisfies
from chachaml_kernel.memory.metrics import latest
from chachaml_kernel.memory.state import Memory


class MemoryDistributions:
    """Keeps the promises of `SummaryStore` about distributions."""

    memory: Memory

    async def distribution(
        self, query: RunQuery, metric: MetricCondition, *, bins: int
    ) -> Distribution:
        """Return how the latest values of a metric are spread over runs."""
        records = [
            record
            for record in matching(self.memory, replace(query, metric=None))
            if metric.key in record.series
        ]
        values = [latest(record.series[metric.key]) for record in records]
        finite = [value for value in values if math.isfinite(value)]
        least, greatest = min(finite, default=None), max(finite, default=None)
        counts = [len(finite)] if finite else []
        if least is not None and greatest is not None and least < greatest:
            begins = bounds(least, greatest, bins)
            places = Counter(bisect_right(begins, value) for value in finite)
            counts = [places[place] for place in range(bins)]
        return Distribution(
            bins=counts,
            least=least,
            greatest=greatest,
            nan=sum(map(math.isnan, values)),
            below=values.count(-math.inf),
            above=values.count(math.inf),
            found=sum(satisfies(record, metric) for record in records),
        )
