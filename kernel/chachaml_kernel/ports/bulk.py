"""The part of the store port that changes many runs at once."""

from collections.abc import Sequence
from typing import Protocol

from chachaml_kernel.domain.idempotency import Once


class BulkStore(Protocol):
    """The same change to each of some runs, whatever their status: to all of them or to none.

    No id is there twice. Each method raises `NotFound("run")`, which names the missing ones.
    """

    async def archive_runs(
        self, run_ids: Sequence[str], *, archived: bool, once: Once | None = None
    ) -> None:
        """Hide runs from lists, or show them again."""
        ...

    async def delete_runs(
        self, run_ids: Sequence[str], *, once: Once | None = None
    ) -> Sequence[str]:
        """Delete runs as `delete_run` does; return the storage keys of bytes to free.

        Raises `Conflict`, which names them, if some are not archived.
        """
        ...

    async def tag_runs(
        self, run_ids: Sequence[str], key: str, value: str, *, once: Once | None = None
    ) -> None:
        """Set a tag."""
        ...

    async def untag_runs(
        self, run_ids: Sequence[str], key: str, *, once: Once | None = None
    ) -> None:
        """Remove a tag from those that have it."""
        ...
