"""Saved views: the list of runs as somebody wants to see it again."""

from msgspec import Struct

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.names import check_name
from chachaml_kernel.domain.paging import Page, Position, check_limit
from chachaml_kernel.domain.views import View, check_view_query
from chachaml_kernel.ports import ViewStore
from chachaml_kernel.services.surroundings import Clock


class Views(Struct, frozen=True):
    """Named views of the list of runs, which everybody shares."""

    store: ViewStore
    clock: Clock

    async def save(
        self, name: str, query: str, *, created_by: str | None = None, once: Once | None = None
    ) -> View:
        """Make a view, or give the one that has this name another query."""
        now = self.clock()
        view = View(
            name=check_name("view name", name),
            query=check_view_query(query),
            created_by=None if created_by is None else check_name("created_by", created_by),
            created_at=now,
            updated_at=now,
        )
        return await self.store.save_view(view, once=once)

    async def rename(self, name: str, new_name: str, *, once: Once | None = None) -> View:
        """Give a view another name, which no other view has."""
        check_name("view name", new_name)
        return await self.store.rename_view(name, new_name, at=self.clock(), once=once)

    async def delete(self, name: str, *, once: Once | None = None) -> None:
        """Delete a view."""
        await self.store.delete_view(name, once=once)

    async def list(self, *, limit: int, after: Position | None = None) -> Page[View]:
        """Return one page of the views, newest first."""
        return await self.store.list_views(limit=check_limit(limit), after=after)
