"""Reading one page of any select, by its keys."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chachaml_kernel.domain.paging import Page, Position
from sqlalchemy import Connection, Select

from chachaml_store_sql.keyset import Key, after
from chachaml_store_sql.rows import AnyRow

T = TypeVar("T")


def read_page(
    connection: Connection,
    statement: Select[Any],
    keys: Sequence[Key],
    read: Callable[[AnyRow], T],
    *,
    limit: int,
    after: Position | None,
) -> Page[T]:
    """Return up to `limit` rows of `statement`, in the order of `keys`, that come `after`."""
    found, following = page_rows(connection, statement, keys, limit=limit, position=after)
    return Page([read(row) for row in found], following)


def page_rows(
    connection: Connection,
    statement: Select[Any],
    keys: Sequence[Key],
    *,
    limit: int,
    position: Position | None,
) -> tuple[Sequence[AnyRow], Position | None]:
    """Return the rows of one page, and the position of its last one if others follow."""
    places = [key.column.label(f"key_{place}") for place, key in enumerate(keys)]
    if position is not None:
        statement = statement.where(after(keys, position))
    found = connection.execute(
        statement.add_columns(*places)
        .order_by(*(key.ordered() for key in keys))
        .limit(limit + 1)  # one more tells whether others follow
    ).all()
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], tuple(last[-len(keys) :])
