"""A store that keeps everything in memory."""

from chachaml_kernel.memory.bulk import MemoryBulk
from chachaml_kernel.memory.experiments import MemoryExperiments
from chachaml_kernel.memory.keeping import MemoryKeeping
from chachaml_kernel.memory.keys import MemoryKeys
from chachaml_kernel.memory.live import MemoryLive
from chachaml_kernel.memory.metrics import MemoryMetrics
from chachaml_kernel.memory.models import MemoryModels
from chachaml_kernel.memory.records import MemoryRecords
from chachaml_kernel.memory.runs import MemoryRuns
from chachaml_kernel.memory.state import Memory
from chachaml_kernel.memory.summaries import MemorySummaries
from chachaml_kernel.memory.views import MemoryViews


class MemoryStore(
    MemoryRuns,
    MemoryBulk,
    MemorySummaries,
    MemoryMetrics,
    MemoryKeys,
    MemoryLive,
    MemoryRecords,
    MemoryExperiments,
    MemoryModels,
    MemoryViews,
    MemoryKeeping,
):
    """Keeps the promises of `Store`, but for durability.

    What it returns depends on what was written, and in which order, and on nothing else.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.memory = Memory()

    async def ping(self) -> None:
        """Do nothing: memory can always be read."""
