"""Numbers as pages write them: in a column with the same decimals all the way down."""

import math
from collections.abc import Iterable

from chachaml_kernel.domain.values import number_text

DIGITS = 4
"""Digits that the largest number of a column has at least, where its numbers are no whole ones."""
ALONE = 4
"""Decimals of a number that stands in no such column."""
LARGEST, SMALLEST = 1e7, 1e-3
"""A number that is larger, or so small that its column's decimals would hide it, is a power."""


def decimals(values: Iterable[float]) -> int:
    """Return how many decimals a column of these numbers has."""
    finite = [abs(value) for value in values if math.isfinite(value) and abs(value) < LARGEST]
    if all(value.is_integer() for value in finite):
        return 0
    whole = len(str(int(max(finite))))
    return max(1, DIGITS - max(0, whole - 2))


def figure(value: float, places: int = ALONE) -> str:
    """Return a number with so many decimals, or as a power of ten where those would hide it; NaN
    and infinities as words."""
    if not math.isfinite(value):
        return number_text(value)
    size = abs(value)
    is_hidden = size < SMALLEST or round(size, places) == 0
    if size >= LARGEST or (size > 0 and is_hidden):
        return f"{value:.3e}"
    return f"{value:,.{places}f}"
