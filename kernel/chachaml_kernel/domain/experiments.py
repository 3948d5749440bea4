"""Experiments: runs that belong together, by the name that they share."""

from dataclasses import dataclass, field

from chachaml_kernel.domain.counts import RunCounts

DEFAULT = "default"
"""The experiment of runs that name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
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
