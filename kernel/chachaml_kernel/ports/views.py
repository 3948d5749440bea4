"""The part of the store port that keeps saved views."""

from typing import Protocol

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.views import View


class ViewStore(Protocol):
    """Named views of the list of runs, which everybody shares."""

    async def save_view(self, view: View, *, once: Once | None = None) -> View:
        """Store a view, or give the one that has its name another query.

        That one keeps when and by whom it was created; what it is now is returned.
        """
        ...

    async def rename_view(
        self, name: str, new_name: str, *, at: int, once: Once | None = None
    ) -> View:
        """Give a view another name. Raises `NotFound("view")`, and `Conflict` if that is taken."""
        ...

    async def delete_view(self, name: str, *, once: Once | None = None) -> None:
        """Delete a view. Raises `NotFound("view")`."""
        ...

    async def list_views(self, *, limit: int, after: Position | None = None) -> Page[View]:
        """Return one page of the views, newest first by their creation."""
        ...
