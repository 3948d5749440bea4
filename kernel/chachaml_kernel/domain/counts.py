"""How many runs there are of each status."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCounts:
    """Runs by status; archived ones are counted apart, whatever their status."""

    running: int = 0
    completed: int = 0
    failed: int = 0
    archived: int = 0

    @property
    def total(self) -> int:
        """All runs that are not archived."""
        return self.running + self.completed + self.failed
