"""Queries as they are written: which keys there are, and what may come next."""

from collections.abc import Sequence

from msgspec import Struct

from chachaml_kernel.domain.language.completion import SHOWN, Completion, complete, with_keys
from chachaml_kernel.domain.language.fields import KEYED, KeyKind
from chachaml_kernel.domain.names import MAX_NAME
from chachaml_kernel.domain.paging import check_limit
from chachaml_kernel.errors import Invalid
from chachaml_kernel.ports import KeyStore


class Queries(Struct, frozen=True):
    """What helps to write queries."""

    store: KeyStore

    async def keys(self, kind: str, *, prefix: str = "", limit: int = SHOWN) -> Sequence[str]:
        """Return the first keys of metrics, params or tags that begin with `prefix`, sorted."""
        known: KeyKind | None = next((each for each in KEYED if each == kind), None)
        if known is None:
            raise Invalid(f"kind is {kind[:50]!r}; use one of {', '.join(KEYED)}")
        check_limit(limit)
        if len(prefix) > MAX_NAME or "\0" in prefix:
            return []  # no key has so many characters, or this one
        return await self.store.list_keys(known, prefix=prefix, limit=limit)

    async def complete(self, query: str, at: int) -> Completion:
        """Return what could stand in a query where its cursor is, keys that runs have included."""
        completion = complete(query, at)
        if completion.keys is None:
            return completion
        asked = completion.keys
        return with_keys(completion, await self.keys(asked.kind, prefix=asked.prefix))
