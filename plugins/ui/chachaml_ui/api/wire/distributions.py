"""Distributions of metrics as JSON."""

from chachaml_kernel.domain import distribution
from msgspec import Struct


class Distribution(Struct, frozen=True):
    """Runs by their latest value: `bins` of one width from `least` to `greatest`.

    `below` and `above` are the infinities; `found` are the runs that satisfy what was asked.
    """

    bins: list[int]
    least: float | None
    greatest: float | None
    nan: int
    below: int
    above: int
    count: int
    found: int


def from_distribution(found: distribution.Distribution) -> Distribution:
    """Return a distribution as JSON says it."""
    return Distribution(
        bins=list(found.bins),
        least=found.least,
        greatest=found.greatest,
        nan=found.nan,
        below=found.below,
        above=found.above,
        count=found.count,
        found=found.found,
    )
