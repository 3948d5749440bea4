"""Pieces of a series, rows and chunks: which neighbours become one chunk."""

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from chachaml_store_sql.series.segments import LENGTH

ENOUGH = 1_000
"""A chunk of so many points is not made anew but to take in what is shorter."""
WORTH = 16
"""Fewer rows than these stay rows: a chunk of them would not be smaller."""

Head: TypeAlias = tuple[int, int]
"""Where a chunk begins, and how many points it holds."""


class Stretch(Struct, frozen=True):
    """The points of a series from `begin` up to `end`: chunks, and rows wherever none is.

    A stretch is `final` if nothing follows and nothing will, since its run has ended.
    """

    begin: int
    end: int
    chunks: Sequence[Head]
    final: bool


class Group(Struct, frozen=True):
    """Points from `first` up to `end`, none perhaps, that become one chunk.

    What lies before `settled` stays as it is then.
    """

    first: int
    end: int
    settled: int

    def __len__(self) -> int:
        """Return how many points there are."""
        return self.end - self.first


def next_group(stretch: Stretch, begin: int) -> Group:
    """Return the first points from `begin` on that are to become one chunk.

    As many neighbours go together as a chunk can hold, and rows fill it to the brim. So each point
    is encoded anew once, and again only when its run ends; and of two chunks that follow each
    other, both are long or one could not hold them.
    """
    while (end := _end_of_group(stretch, begin)) is not None:
        if _is_worth(stretch.chunks, begin, end):
            return Group(begin, end, settled=end)
        begin = end
    if stretch.final and _is_worth(stretch.chunks, begin, stretch.end):
        return Group(begin, stretch.end, settled=begin)
    return Group(begin, begin, settled=begin)


def _end_of_group(stretch: Stretch, begin: int) -> int | None:
    """Return where the group ends that begins there; none where others may still join it."""
    full = begin + LENGTH
    for first, length in stretch.chunks:
        if first < full < first + length:
            return first
    return full if full <= stretch.end else None


def _is_worth(chunks: Sequence[Head], begin: int, end: int) -> bool:
    """Tell whether one chunk is better than what is there."""
    lengths = [length for first, length in chunks if begin <= first < end]
    rows = end - begin - sum(lengths)
    if not lengths:
        return rows >= WORTH
    return len(lengths) + bool(rows) > 1 and (rows > 0 or min(lengths) < ENOUGH)
