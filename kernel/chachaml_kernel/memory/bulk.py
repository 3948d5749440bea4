"""The same change to many runs, in memory."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from chachaml_kernel.domain.bulk import refuse_missing, refuse_unarchived
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.memory.runs import remove
from chachaml_kernel.memory.state import Memory, RunRecord


class MemoryBulk:
    """Keeps the promises of `BulkStore`, but for durability."""

    memory: Memory

    async def archive_runs(
        self, run_ids: Sequence[str], *, archived: bool, once: Once | None = None
    ) -> None:
        """Hide runs from lists, or show them again."""

        def change(record: RunRecord) -> None:
            record.run = replace(record.run, archived=archived)

        self._each(run_ids, change, once)

    async def delete_runs(
        self, run_ids: Sequence[str], *, once: Once | None = None
    ) -> Sequence[str]:
        """Delete archived runs; return the storage keys that no version holds."""

        def write() -> Sequence[str]:
            records = self._records(run_ids)
            refuse_unarchived([one.run.id for one in records if not one.run.archived])
            return [key for record in records for key in remove(self.memory, record)]

        return self.memory.once(once, write)

    async def tag_runs(
        self, run_ids: Sequence[str], key: str, value: str, *, once: Once | None = None
    ) -> None:
        """Set a tag."""

        def change(record: RunRecord) -> None:
            record.tags[key] = value

        self._each(run_ids, change, once)

    async def untag_runs(
        self, run_ids: Sequence[str], key: str, *, once: Once | None = None
    ) -> None:
        """Remove a tag from those that have it."""

        def change(record: RunRecord) -> None:
            record.tags.pop(key, None)

        self._each(run_ids, change, once)

    def _each(
        self, run_ids: Sequence[str], change: Callable[[RunRecord], None], once: Once | None
    ) -> None:
        def write() -> None:
            for record in self._records(run_ids):
                change(record)

        self.memory.once(once, write)

    def _records(self, run_ids: Sequence[str]) -> Sequence[RunRecord]:
        refuse_missing([run_id for run_id in run_ids if run_id not in self.memory.runs])
        return [self.memory.runs[run_id] for run_id in run_ids]
