"""The part of the store port that tells which keys there are."""

from collections.abc import Sequence
from typing import Protocol

from chachaml_kernel.domain.language.fields import KeyKind


class KeyStore(Protocol):
    """The keys of metrics, params and tags."""

    async def list_keys(self, kind: KeyKind, *, prefix: str, limit: int) -> Sequence[str]:
        """Return the first `limit` of the keys of a kind that begin with `prefix`, sorted.

        They are those that any run has, archived ones too. It takes as long as there are keys to
        return, however many runs have them.
        """
        ...
