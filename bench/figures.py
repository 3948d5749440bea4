"""Rules about figures: percentiles, medians, spread, ratios."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured in each round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the values."""
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        """The least value."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The greatest value."""
        return max(self.values)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the least value that `share` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -int(-share * len(ordered) // 1)  # rounded up
    return ordered[min(max(rank, 1), len(ordered)) - 1]


def ahead(ours: Figure, theirs: Figure, *, more: bool) -> float:
    """Return how many times better the median of ours is; `more` says that more is better."""
    if more:
        return ours.median / theirs.median
    return theirs.median / ours.median


def digits(value: float) -> str:
    """Return a figure with as many digits as it deserves: three, and whole from 100 on."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 10 else f"{value:.1f}"
