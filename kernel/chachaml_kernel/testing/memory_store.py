"""A store that keeps everything in memory."""

from chachaml_kernel.testing.memory_experiments import MemoryExperiments
from chachaml_kernel.testing.memory_metrics import MemoryMetrics
from chachaml_kernel.testing.memory_models import MemoryModels
from chachaml_kernel.testing.memory_records import MemoryRecords
from chachaml_kernel.testing.memory_runs import MemoryRuns
from chachaml_kernel.testing.memory_state import Memory


class MemoryStore(MemoryRuns, MemoryMetrics, MemoryRecords, MemoryExperiments, MemoryModels):
    """Keeps the promises of `Store`, but for durability.

    What it returns depends on what was written, and in which order, and on nothing else.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.memory = Memory()

    async def ping(self) -> None:
        """Do nothing: memory can always be read."""
