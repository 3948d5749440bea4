"""Experiments: runs that belong together, by the name that they share."""

from dataclasses import dataclass

DEFAULT = "default"
"""The experiment of runs that name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """An experiment and its size.

    `run_count` leaves archived runs out. `last_updated` is the latest of its last run's start, its
    last run's end and its own last edit, in milliseconds since the Unix epoch.
    """

    name: str
    description: str
    owner: str | None
    created_at: int
    run_count: int
    last_updated: int
