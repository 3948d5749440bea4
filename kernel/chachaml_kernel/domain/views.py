"""Saved views: named addresses of the list of runs."""

import re

from msgspec import Struct

from chachaml_kernel.errors import Invalid

MAX_QUERY = 8_000
"""Characters that the query string of a view may have."""

_CHARACTER = r"(?:[A-Za-z0-9\-._~!$'()*+,;:@/?]|%[0-9A-Fa-f]{2})"
_PART = rf"{_CHARACTER}+=(?:{_CHARACTER}|=)*"
QUERY = rf"(?:{_PART}(?:&{_PART})*)?"
"""A query string of names and values (RFC 3986, 3.4), or none at all."""


class View(Struct, frozen=True, kw_only=True):
    """A list of runs as somebody wants to see it again. Its `query` holds filters and all else.

    Times are milliseconds since the Unix epoch. `created_by` is who saved it first.
    """

    name: str
    query: str
    created_by: str | None
    created_at: int
    updated_at: int


def check_view_query(query: str) -> str:
    """Return `query` if a view may lead there, else raise `Invalid`.

    It is a query string and nothing else, so that it can be put behind the `?` of an address: names
    and values, percent-encoded, at most 8,000 characters.
    """
    if len(query) > MAX_QUERY:
        raise Invalid(f"query is {len(query)} characters long; at most {MAX_QUERY} are allowed")
    if not re.fullmatch(QUERY, query):
        raise Invalid(
            f"query {query[:100]!r} is no query string; send what follows the '?' of an address, "
            "percent-encoded: name=value&name=value"
        )
    return query
