"""How much fits into an answer."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import msgspec

T = TypeVar("T")
S = TypeVar("S")

MAX_ENTRIES = 100
"""Params, metrics, tags and others that are shown of a kind."""


@dataclass(slots=True)
class Room:
    """The bytes of JSON that lists of an answer may still take, and those that each of them may.

    Of each list the first entries are shown, as many as there is room for; `left_out` counts the
    others by the list's name.
    """

    left: int = 20_000
    each: int = 8_000
    left_out: dict[str, int] = field(default_factory=dict)

    def rows(self, name: str, entries: Collection[T], show: Callable[[T], S]) -> list[S]:
        """Return the first of some entries, as `show` shows them."""
        most, found = min(self.each, self.left), list[S]()
        for entry in islice(entries, MAX_ENTRIES):
            shown = show(entry)
            size = len(msgspec.json.encode(shown))
            if size > most:
                break
            most -= size
            self.left -= size
            found.append(shown)
        if len(found) < len(entries):
            self.left_out[name] = len(entries) - len(found)
        return found

    def values(self, name: str, values: Mapping[str, T], show: Callable[[T], S]) -> dict[str, S]:
        """Return the first of some values by their keys, as `show` shows them."""
        return dict(self.rows(name, values.items(), lambda each: (each[0], show(each[1]))))
