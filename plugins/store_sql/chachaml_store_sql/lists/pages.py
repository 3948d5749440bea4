"""Reading one page of any list, by its keys."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chachaml_kernel.domain.paging import Page, Position, damaged_cursor
from msgspec import Struct
from sqlalchemy import Connection, Dialect, Integer, Select, bindparam

from chachaml_store_sql.compiled import Fetched, Statement, Values, compiled, run
from chachaml_store_sql.lists.keyset import Key, after, bound_names, fits

T = TypeVar("T")


class Tier(Struct, frozen=True, eq=False):
    """Rows in an order. Made once and used again, it is compiled once."""

    statement: Select[Any]
    keys: Sequence[Key]


def read_page(
    connection: Connection,
    tiers: Sequence[Tier],
    values: Values,
    read: Callable[[Fetched], T],
    *,
    limit: int,
    after: Position | None,
) -> Page[T]:
    """Return what `page_rows` returns, with each row as `read` reads it."""
    found, following = page_rows(connection, tiers, values, limit=limit, position=after)
    return Page([read(row) for row in found], following)


def page_rows(
    connection: Connection,
    tiers: Sequence[Tier],
    values: Values,
    *,
    limit: int,
    position: Position | None,
) -> tuple[Sequence[Fetched], Position | None]:
    """Return up to `limit` rows, one tier after the other, that come after a position.

    With them comes the position of the last one, if others follow: the number of its tier, and its
    place there. Raises `Invalid` if the position given cannot be one of this list.
    """
    begin, place = _split(tiers, position)
    found: list[tuple[int, Fetched]] = []
    for number in range(begin, len(tiers)):
        wanted = limit + 1 - len(found)  # one more tells whether others follow
        rows = _rows(connection, tiers[number], values, wanted, place)
        found.extend((number, row) for row in rows)
        if len(found) > limit:
            number, last = found[limit - 1]
            place = tuple(last[-len(tiers[number].keys) :])
            return [row for _, row in found[:limit]], (number, *place)
        place = None
    return [row for _, row in found], None


def _split(tiers: Sequence[Tier], position: Position | None) -> tuple[int, Position | None]:
    """Return the number of the tier that a position lies in, and its place there."""
    if position is None:
        return 0, None
    number, *place = position or (None,)
    if type(number) is not int or not 0 <= number < len(tiers):
        raise damaged_cursor()
    if not fits(tiers[number].keys, tuple(place)):
        raise damaged_cursor()
    return number, tuple(place)


def row_after(
    connection: Connection, tier: Tier, values: Values, *, skip: int, position: Position | None
) -> Fetched | None:
    """Return the row of a list of one tier that comes `skip` rows after a position, if any does."""
    _, place = _split([tier], position)
    rows = _rows(connection, tier, {**values, "skip": skip}, 1, place, skipping=True)
    return rows[0] if rows else None


def _rows(
    connection: Connection,
    tier: Tier,
    values: Values,
    limit: int,
    place: Position | None,
    *,
    skipping: bool = False,
) -> Sequence[Fetched]:
    bound: dict[str, object] = {**values, "limit": limit}
    if place is not None:
        bound.update(zip(bound_names(tier.keys), place, strict=True))
    further = place is not None
    statement = page_statement(tier, connection.dialect, further=further, skipping=skipping)
    return run(connection, statement, bound)


@functools.lru_cache(maxsize=500)
def page_statement(
    tier: Tier, dialect: Dialect, *, further: bool, skipping: bool = False
) -> Statement:
    """Return the statement that reads rows of a tier; `further` ones come after a position.

    `skipping` leaves out as many of them as are bound under the name `skip`.
    """
    statement = tier.statement.add_columns(
        *(key.column.label(f"key_{place}") for place, key in enumerate(tier.keys))
    )
    if further:
        statement = statement.where(after(tier.keys))
    ordered = statement.order_by(*(key.ordered() for key in tier.keys))
    if skipping:
        ordered = ordered.offset(bindparam("skip", type_=Integer))
    return compiled(ordered.limit(bindparam("limit", type_=Integer)), dialect)
