"""What takes a while where series are long, in pure Python or with numpy, to the same last bit."""

import functools
from array import array
from itertools import accumulate
from typing import Protocol

from chachaml_kernel.domain.metrics import thinned

LONG = 16_384
"""From so many points on, a read is worth the import of numpy, if it is the first."""


class Arithmetic(Protocol):
    """Sums and quotients that columns are decoded with, and which points a thin curve needs."""

    def sums(self, first: int, differences: "array[int]") -> "list[int] | array[int]":
        """Return `first`, and after each difference what it adds up to."""
        ...

    def quotients(self, numbers: "array[int]", divisor: float) -> "array[float]":
        """Return each of the numbers by `divisor`."""
        ...

    def thinned(self, values: "array[float]", max_points: int) -> list[int]:
        """Return what `chachaml_kernel.domain.metrics.thinned` returns."""
        ...


class Plain:
    """`Arithmetic` in pure Python."""

    def sums(self, first: int, differences: "array[int]") -> list[int]:
        """See `Arithmetic`."""
        return list(accumulate(differences, initial=first))

    def quotients(self, numbers: "array[int]", divisor: float) -> "array[float]":
        """See `Arithmetic`."""
        return array("d", [number / divisor for number in numbers])

    def thinned(self, values: "array[float]", max_points: int) -> list[int]:
        """See `Arithmetic`."""
        return thinned(values, max_points)


PLAIN = Plain()


def arithmetic_for(count: int) -> Arithmetic:
    """Return what suits a read of so many points; the first long one may have to import numpy."""
    return _fast() if count >= LONG else PLAIN


@functools.cache
def _fast() -> Arithmetic:
    try:
        from chachaml_store_sql.series.codec.fast import Fast
    except ModuleNotFoundError:
        return PLAIN
    return Fast()
