"""Saved views in memory."""

from msgspec.structs import replace

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.views import View
from chachaml_kernel.errors import Conflict, NotFound
from chachaml_kernel.memory.state import Memory, page


class MemoryViews:
    """Keeps the promises of `ViewStore`, but for durability."""

    memory: Memory

    async def save_view(self, view: View, *, once: Once | None = None) -> View:
        """Store a view, or give the one that has its name another query."""

        def write() -> View:
            before = self.memory.views.setdefault(view.name, view)
            saved = replace(before, query=view.query, updated_at=view.updated_at)
            self.memory.views[view.name] = saved
            return saved

        return self.memory.once(once, write)

    async def rename_view(
        self, name: str, new_name: str, *, at: int, once: Once | None = None
    ) -> View:
        """Give a view another name."""

        def write() -> View:
            before = self._view(name)
            if new_name != name and new_name in self.memory.views:
                raise Conflict(f"a view is named {new_name!r} already; choose another name")
            del self.memory.views[name]
            renamed = replace(before, name=new_name, updated_at=at)
            self.memory.views[new_name] = renamed
            return renamed

        return self.memory.once(once, write)

    async def delete_view(self, name: str, *, once: Once | None = None) -> None:
        """Delete a view."""

        def write() -> None:
            self._view(name)
            del self.memory.views[name]

        self.memory.once(once, write)

    async def list_views(self, *, limit: int, after: Position | None = None) -> Page[View]:
        """Return one page of the views, newest first."""
        return page(
            self.memory.views.values(),
            lambda view: (view.created_at, view.name),
            limit=limit,
            after=after,
        )

    def _view(self, name: str) -> View:
        if name not in self.memory.views:
            raise NotFound("view", f"no view is named {name!r}")
        return self.memory.views[name]
