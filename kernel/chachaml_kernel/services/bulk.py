"""The same change to many runs, in one request."""

from collections.abc import Sequence

from msgspec import Struct

from chachaml_kernel.domain.bulk import check_run_ids
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.live import What
from chachaml_kernel.domain.names import check_key, check_text
from chachaml_kernel.ports import ArtifactStore, BulkStore
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.leftovers import free


class Bulk(Struct, frozen=True):
    """Changes of up to 1,000 runs: each is made to all of them, or to none.

    An id that is given twice counts once.
    """

    store: BulkStore
    artifact_store: ArtifactStore
    changes: Changes

    async def archive(self, run_ids: Sequence[str], *, once: Once | None = None) -> None:
        """Hide runs from lists; `restore` takes it back."""
        await self.store.archive_runs(check_run_ids(run_ids), archived=True, once=once)
        self._tell(run_ids, What.ARCHIVED)

    async def restore(self, run_ids: Sequence[str], *, once: Once | None = None) -> None:
        """Show archived runs in lists again."""
        await self.store.archive_runs(check_run_ids(run_ids), archived=False, once=once)
        self._tell(run_ids, What.RESTORED)

    async def delete(self, run_ids: Sequence[str], *, once: Once | None = None) -> None:
        """Delete archived runs for ever, and free the bytes that only they held."""
        unused = await self.store.delete_runs(check_run_ids(run_ids), once=once)
        self._tell(run_ids, What.DELETED)
        await free(self.artifact_store, unused)

    async def tag(
        self, run_ids: Sequence[str], key: str, value: str, *, once: Once | None = None
    ) -> None:
        """Set a tag."""
        check_text("tag value", value)
        await self.store.tag_runs(check_run_ids(run_ids), check_key("tag", key), value, once=once)
        self._tell(run_ids, What.TAGS)

    async def untag(self, run_ids: Sequence[str], key: str, *, once: Once | None = None) -> None:
        """Remove a tag from those that have it."""
        await self.store.untag_runs(check_run_ids(run_ids), key, once=once)
        self._tell(run_ids, What.TAGS)

    def _tell(self, run_ids: Sequence[str], what: What) -> None:
        for run_id in run_ids:
            self.changes.run(run_id, what)
