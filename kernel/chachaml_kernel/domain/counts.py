"""How many runs there are of each status."""

from msgspec import Struct


class RunCounts(Struct, frozen=True, kw_only=True):
    """Runs by status; archived ones are counted apart, whatever their status."""

    running: int = 0
    completed: int = 0
    failed: int = 0
    archived: int = 0

    @property
    def total(self) -> int:
        """All runs that are not archived."""
        return self.running + self.completed + self.failed
