"""Experiments: runs that belong together, by the name that they share."""

from collections.abc import Sequence

from msgspec import Struct, field

from chachaml_kernel.domain.counts import RunCounts

DEFAULT = "default"
"""The experiment of runs that name none."""


class Experiment(Struct, frozen=True, kw_only=True):
    """An experiment and its size.

    `last_updated` is the latest of its last run's start, its last run's end and its own last edit,
    in milliseconds since the Unix epoch.
    """

    name: str
    description: str
    owner: str | None
    created_at: int
    last_updated: int
    counts: RunCounts = field(default_factory=RunCounts)

    @property
    def run_count(self) -> int:
        """How many runs it has, without archived ones."""
        return self.counts.total


RECENT = 40
"""Runs whose values show how an experiment goes."""


class Ranking(Struct, frozen=True):
    """A metric by which runs are ranked; `descending` if more is better.

    It is none where neither more nor less is; then no run is the best.
    """

    key: str
    descending: bool | None


class Best(Struct, frozen=True, kw_only=True):
    """The best run of an experiment, with its latest value."""

    run_id: str
    run_name: str | None
    value: float


class Trend(Struct, frozen=True, kw_only=True):
    """How an experiment goes by one metric.

    `recent` are the latest values of its last 40 runs that have the metric, by run, oldest first.
    The best is none where no latest value is finite, or nothing is better. Archived runs are left
    out.
    """

    ranking: Ranking
    best: Best | None
    recent: Sequence[tuple[str, float]]


class Overview(Struct, frozen=True):
    """An experiment, and how it goes by its headline metric, if any of its last runs has one."""

    experiment: Experiment
    trend: Trend | None
