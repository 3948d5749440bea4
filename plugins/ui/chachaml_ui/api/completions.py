"""Routes for writing queries: which keys there are, and what may come next."""

from collections.abc import Sequence
from typing import Annotated

from chachaml_kernel.domain.language.completion import SHOWN
from chachaml_kernel.domain.language.fields import KEYED
from chachaml_kernel.domain.paging import MAX_LIMIT
from msgspec import Meta, Struct

from chachaml_ui.api.table import Call, Nothing, Route, route


class Written(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query that is being written, and where its cursor is, in characters from its begin."""

    q: str
    at: Annotated[int, Meta(extra_json_schema={"minimum": 0})]


class Completion(Struct, frozen=True):
    """Texts that could stand in the query from character `begin` up to `end`."""

    begin: int
    end: int
    options: Sequence[str]


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which keys, by how they begin."""

    kind: Annotated[str, Meta(extra_json_schema={"enum": [*KEYED]})]
    prefix: str = ""
    limit: Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": MAX_LIMIT})] = SHOWN


async def complete_query(call: Call[Nothing, Written, None]) -> Completion:
    """Return what could stand where the cursor of a query is."""
    found = await call.kernel.queries.complete(call.query.q, call.query.at)
    return Completion(found.begin, found.end, found.options)


async def list_keys(call: Call[Nothing, Asked, None]) -> list[str]:
    """List the keys of metrics, params or tags that runs have."""
    asked = call.query
    return [*await call.kernel.queries.keys(asked.kind, prefix=asked.prefix, limit=asked.limit)]


def routes() -> list[Route]:
    """Return the routes for writing queries."""
    return [
        route("GET", "/api/complete", complete_query, tag="runs"),
        route("GET", "/api/keys", list_keys, tag="runs"),
    ]
