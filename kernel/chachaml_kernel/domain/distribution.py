"""How the latest values of a metric are spread over runs, as counts in bins of one width."""

from collections.abc import Sequence

from msgspec import Struct

from chachaml_kernel.errors import Invalid

MAX_BINS = 200
"""Bins of one distribution at most."""


class Distribution(Struct, frozen=True, kw_only=True):
    """How many runs have which latest value; `found` of them satisfy what was asked of it.

    `bins` count the finite values in parts of one width of the range from `least` to `greatest`; a
    value between two parts is in the upper one. Where all values are the same there is one bin,
    where none is finite there is none. NaN and the infinities are counted apart.
    """

    bins: Sequence[int]
    least: float | None
    greatest: float | None
    nan: int
    below: int
    above: int
    found: int

    @property
    def count(self) -> int:
        """How many runs have the metric, whatever its value."""
        return sum(self.bins) + self.nan + self.below + self.above


def bounds(least: float, greatest: float, bins: int) -> Sequence[float]:
    """Return the values from which on so many parts of a range begin, but for the first part."""
    # Parts of both ends are added, since the range of two doubles may be no double.
    between = (least * (1 - place / bins) + greatest * (place / bins) for place in range(1, bins))
    return [min(max(bound, least), greatest) for bound in between]


def check_bins(bins: int) -> int:
    """Return how many bins are asked for; raise `Invalid` if they are too many or none."""
    if not 1 <= bins <= MAX_BINS:
        raise Invalid(f"bins is {bins}; it must be from 1 to {MAX_BINS}")
    return bins
