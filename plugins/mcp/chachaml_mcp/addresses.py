"""Addresses of pages, for those who are not on the server's pages."""

from collections.abc import Mapping
from typing import Any

import msgspec

ADDRESSES = frozenset({"url", "run_url"})
"""The fields of results that are paths of the server."""


def absolute(value: Any, base: str) -> Any:  # noqa: ANN401
    """Return a result of a tool with all its addresses below `base`, if there is one.

    What is logged is left alone, whatever it is named: only fields of structs are addresses.
    """
    if not base:
        return value
    if isinstance(value, list):
        return [absolute(each, base) for each in value]
    if isinstance(value, Mapping):
        return {key: absolute(each, base) for key, each in value.items()}
    if not isinstance(value, msgspec.Struct):
        return value
    changed = {
        name: f"{base.rstrip('/')}{own}"
        if name in ADDRESSES and isinstance(own, str) and own.startswith("/")
        else absolute(own, base)
        for name, own in msgspec.structs.asdict(value).items()
    }
    return msgspec.structs.replace(value, **changed)
