"""What the page of all runs says where it has none to show."""

import asyncio
from collections.abc import Sequence
from difflib import get_close_matches

from chachaml_kernel.domain.language.fields import KEYED
from chachaml_kernel.domain.language.tree import fields_of
from chachaml_kernel.domain.paging import MAX_LIMIT
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.kernel import Kernel
from msgspec import Struct
from msgspec.structs import replace

from chachaml_ui.pages.runs import filters
from chachaml_ui.pages.runs.address import Address, read_address

NAMED = 3
"""So many keys that no run has are named: whoever sees one mends the others, too."""


class Unknown(Struct, frozen=True):
    """A metric, a param or a tag that is asked for and that no run has; known keys `like` it."""

    kind: str
    key: str
    like: Sequence[str]


class Nothing(Struct, frozen=True):
    """What is asked for and no run has, and the filters, with how many runs there are without."""

    unknown: Sequence[Unknown]
    dropped: Sequence[filters.Choice]


async def explained(kernel: Kernel, at: Address) -> Nothing:
    """Return why there may be no runs at an address."""
    found = [await _unknown(kernel, kind, key) for kind, key in _keys(at.query)[:NAMED]]
    return Nothing([one for one in found if one is not None], await _dropped(kernel, at))


def _keys(query: RunQuery) -> Sequence[tuple[str, str]]:
    """Return the keys that a query asks for, each once, with what they are keys of."""
    fields = [] if query.where is None else fields_of(query.where)
    asked = [(str(field.name), field.key) for field in fields if field.name in KEYED]
    params, tags = (("param", key) for key in query.params), (("tag", key) for key in query.tags)
    return list(dict.fromkeys([*asked, *params, *tags]))


async def _unknown(kernel: Kernel, kind: str, key: str) -> Unknown | None:
    if await kernel.queries.keys(kind, prefix=key, limit=1) == [key]:
        return None
    known = await kernel.queries.keys(kind, limit=MAX_LIMIT)
    # A tenth of a second for a thousand long keys.
    return Unknown(kind, key, await asyncio.to_thread(get_close_matches, key, known))


async def _dropped(kernel: Kernel, at: Address) -> Sequence[filters.Choice]:
    if len(at.filters) < 2:
        return []
    others = [read_address(at.without(name)).query for name in at.filters]
    counts = await asyncio.gather(*map(kernel.runs.counts, others))
    return [
        replace(chip, count=filters.shown(query, count) or 0)
        for chip, query, count in zip(filters.chips(at, without=()), others, counts, strict=True)
    ]
