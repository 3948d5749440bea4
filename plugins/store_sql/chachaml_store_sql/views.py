"""Saved views of the list of runs."""

from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.views import View
from chachaml_kernel.errors import Conflict, NotFound
from msgspec.structs import replace
from sqlalchemy import Connection, Delete, Dialect, Executable, bindparam, delete, select

from chachaml_store_sql.compiled import Fetched, changed, fetch, first
from chachaml_store_sql.lists.keyset import Key
from chachaml_store_sql.lists.pages import Tier, read_page
from chachaml_store_sql.once import NOTHING, write_once
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.schema import views
from chachaml_store_sql.upsert import insert_into

NEWEST_FIRST = Tier(
    select(views), (Key(views.c.created_at, descending=True), Key(views.c.name, descending=True))
)


def save(connection: Connection, view: View) -> View:
    """Insert a view, or update the query of the one that has its name."""
    [saved] = fetch(connection, _save, view_row(view))
    return read_view(saved)


def view_row(view: View) -> dict[str, object]:
    """Return a row of the table of views."""
    return {
        "name": view.name,
        "query": view.query,
        "created_by": view.created_by,
        "created_at": view.created_at,
        "updated_at": view.updated_at,
    }


def _save(dialect: Dialect) -> Executable:
    row = insert_into(views, dialect)
    new = {"query": row.excluded.query, "updated_at": row.excluded.updated_at}
    return (
        row.values({column.name: bindparam(column.name) for column in views.c})
        .on_conflict_do_update(index_elements=["name"], set_=new)
        .returning(*views.c)
    )


def rename(connection: Connection, name: str, new_name: str, *, at: int) -> View:
    """Give a view another name."""
    row = first(connection, _take, {"own_name": name})
    if row is None:
        raise _no_view(name)
    renamed = replace(read_view(row), name=new_name, updated_at=at)
    if not fetch(connection, _insert, view_row(renamed)):
        raise Conflict(f"a view is named {new_name!r} already; choose another name")
    return renamed


def _take(dialect: Dialect) -> Executable:
    return _delete(dialect).returning(*views.c)


def _insert(dialect: Dialect) -> Executable:
    return insert_into(views, dialect).on_conflict_do_nothing().returning(views.c.name)


def remove(connection: Connection, name: str) -> None:
    """Delete a view."""
    if not changed(connection, _delete, {"own_name": name}):
        raise _no_view(name)


def _delete(_: Dialect) -> Delete:
    return delete(views).where(views.c.name == bindparam("own_name"))


def _no_view(name: str) -> NotFound:
    return NotFound("view", f"no view is named {name!r}; it may be renamed or deleted")


def list_views(connection: Connection, *, limit: int, after: Position | None) -> Page[View]:
    """Return one page of the views, newest first."""
    return read_page(connection, [NEWEST_FIRST], {}, read_view, limit=limit, after=after)


def read_view(row: Fetched) -> View:
    """Read a view from a row of its table, which may have more columns behind them."""
    name, query, created_by, created_at, updated_at, *_ = row
    return View(
        name=name,
        query=query,
        created_by=created_by,
        created_at=created_at,
        updated_at=updated_at,
    )


class SqlViews:
    """Keeps the promises of `ViewStore`."""

    read: Runner
    write: Runner

    async def save_view(self, view: View, *, once: Once | None = None) -> View:
        """See `ViewStore`."""
        return await write_once(self.write, once, View, lambda c: save(c, view))

    async def rename_view(
        self, name: str, new_name: str, *, at: int, once: Once | None = None
    ) -> View:
        """See `ViewStore`."""
        return await write_once(self.write, once, View, lambda c: rename(c, name, new_name, at=at))

    async def delete_view(self, name: str, *, once: Once | None = None) -> None:
        """See `ViewStore`."""
        await write_once(self.write, once, NOTHING, lambda c: remove(c, name))

    async def list_views(self, *, limit: int, after: Position | None = None) -> Page[View]:
        """See `ViewStore`."""
        return await self.read(lambda c: list_views(c, limit=limit, after=after))
