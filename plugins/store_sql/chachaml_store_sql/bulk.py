"""The same change to many runs, in one transaction."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from chachaml_kernel.domain.bulk import refuse_missing, refuse_unarchived
from chachaml_kernel.domain.idempotency import Once
from sqlalchemy import ColumnElement, Connection, Executable, select

from chachaml_store_sql import annotations
from chachaml_store_sql import runs as life
from chachaml_store_sql.compiled import fetch_among
from chachaml_store_sql.once import NOTHING, write_once
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.schema import runs
from chachaml_store_sql.upkeep import Upkeep


def each(
    connection: Connection, run_ids: Sequence[str], change: Callable[[Connection, str], None]
) -> None:
    """Do what `change` does to each of some runs, which must all be there."""
    _lock(connection, run_ids)
    for run_id in run_ids:
        change(connection, run_id)


def delete_each(connection: Connection, run_ids: Sequence[str]) -> list[str]:
    """Delete runs, which must all be archived; return the storage keys that nobody holds now."""
    archived = _lock(connection, run_ids)
    refuse_unarchived([run_id for run_id in run_ids if not archived[run_id]])
    return [key for run_id in run_ids for key in life.delete_run(connection, run_id)]


def _lock(connection: Connection, run_ids: Sequence[str]) -> dict[str, bool]:
    """Keep runs from changing until the transaction ends; tell which of them are archived."""
    # All lock in one order, so that none waits for another one that waits for it.
    locked = fetch_among(connection, _select_some, sorted(run_ids))
    found = {run_id: bool(archived) for run_id, archived in locked}
    refuse_missing([run_id for run_id in run_ids if run_id not in found])
    return found


def _select_some(ids: Sequence[ColumnElement[Any]]) -> Executable:
    some = select(runs.c.id, runs.c.archived).where(runs.c.id.in_(ids))
    return some.order_by(runs.c.id).with_for_update()


class SqlBulk:
    """Keeps the promises of `BulkStore`."""

    write: Runner
    free: Runner
    upkeep: Upkeep

    async def archive_runs(
        self, run_ids: Sequence[str], *, archived: bool, once: Once | None = None
    ) -> None:
        """See `BulkStore`."""
        archive = partial(life.set_archived, archived=archived)
        await write_once(self.free, once, NOTHING, lambda c: each(c, run_ids, archive))

    async def delete_runs(
        self, run_ids: Sequence[str], *, once: Once | None = None
    ) -> Sequence[str]:
        """See `BulkStore`."""
        unused = await write_once(self.free, once, list[str], lambda c: delete_each(c, run_ids))
        self.upkeep.note_freed()
        return unused

    async def tag_runs(
        self, run_ids: Sequence[str], key: str, value: str, *, once: Once | None = None
    ) -> None:
        """See `BulkStore`."""
        await self._each(run_ids, partial(annotations.set_tag, key=key, value=value), once)

    async def untag_runs(
        self, run_ids: Sequence[str], key: str, *, once: Once | None = None
    ) -> None:
        """See `BulkStore`."""
        await self._each(run_ids, partial(annotations.delete_tag, key=key), once)

    async def _each(
        self,
        run_ids: Sequence[str],
        change: Callable[[Connection, str], None],
        once: Once | None,
    ) -> None:
        await write_once(self.write, once, NOTHING, lambda c: each(c, run_ids, change))
