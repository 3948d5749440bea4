"""What runs have, read a page at a time, as far as there is room for it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunRow
from chachaml_kernel.services.runs import Runs
from msgspec.structs import replace

from chachaml_tools_params.ranking import Value, value_of

MAX_RUNS = 1_000
"""Runs that are read, newest first."""
MAX_VALUES = 200_000
"""Values of params after which no more runs are read."""
AT_ONCE = 100
"""Runs that are read in one go."""


@dataclass(slots=True)
class Observed:
    """How many runs were read, and the values of each param, each beside the run's metric."""

    runs: int = 0
    values: int = 0
    params: dict[str, list[tuple[Value, float]]] = field(default_factory=dict)

    def add(self, row: RunRow, metric_key: str, wanted: Collection[str]) -> None:
        """Add a run that has the metric, with the params that are wanted: all, if none is named."""
        self.runs += 1
        for key in wanted or row.params:
            value = value_of(row.params.get(key))
            if value is not None:
                self.values += 1
                self.params.setdefault(key, []).append((value, row.latest[metric_key]))


async def observe(
    runs: Runs, query: RunQuery, metric_key: str, *, wanted: Collection[str]
) -> Observed:
    """Read the newest runs that a query describes, all of which have the metric."""
    observed = Observed()
    query = replace(query, limit=AT_ONCE)
    while observed.runs < MAX_RUNS and observed.values < MAX_VALUES:
        page = await runs.list(query)
        for row in page.rows:
            observed.add(row, metric_key, wanted)
        if page.next is None:
            break
        query = replace(query, after=page.next)
    return observed
