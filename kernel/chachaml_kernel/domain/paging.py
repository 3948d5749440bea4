"""Paging by key: a page says where the next one begins, so rows that stand still never move."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

from chachaml_kernel.errors import Invalid

DEFAULT_LIMIT = 100
MAX_LIMIT = 1_000

Position: TypeAlias = tuple[str | int | float | None, ...]
"""The sort values of the last row of a page; what they mean is the store's own affair."""

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True):
    """Some rows of a list, and the position after which the next page begins, if there is one."""

    rows: Sequence[T]
    next: Position | None = None


def check_limit(limit: int) -> int:
    """Return `limit` if a page may be that long, else raise `Invalid`."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"limit is {limit}; it must be from 1 to {MAX_LIMIT}")
    return limit


def damaged_cursor() -> Invalid:
    """Return the error for a position that no page of a list ends at."""
    return Invalid("this cursor is damaged; start again from the first page")


def next_cursor(order: str, page: Page[Any]) -> str | None:
    """Return the opaque text for what follows `page` in the list in `order`; none for its end."""
    return None if page.next is None else encode_cursor(order, page.next)


def encode_cursor(order: str, position: Position) -> str:
    """Return the opaque text for "after `position` in the list ordered by `order`"."""
    text = json.dumps([order, *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(order: str, cursor: str) -> Position:
    """Return the position that `cursor` stands for; raise `Invalid` if it is not one of ours.

    A cursor that was made for a list in another order is refused too.
    """
    try:
        made_for, *position = json.loads(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        )
        json.dumps(position, ensure_ascii=False).encode()  # refuses lone surrogates
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise damaged_cursor() from None
    if made_for != order:
        raise Invalid("this cursor belongs to another list or order; start from the first page")
    if not all(value is None or isinstance(value, str | int | float) for value in position):
        raise damaged_cursor()
    return tuple(position)
