"""The arithmetic of long reads with numpy, which the extra `fast` installs."""

from array import array

import numpy
from chachaml_kernel.domain.metrics import buckets
from numpy.typing import NDArray

from chachaml_store_sql.series.codec.arithmetic import PLAIN

MANY = 1_000
"""numpy is slower than pure Python for fewer numbers at a time."""


class Fast:
    """`Arithmetic` with numpy, where there is much to do at a time."""

    def sums(self, first: int, differences: "array[int]") -> "list[int] | array[int]":
        """See `Arithmetic`."""
        if len(differences) < MANY:
            return PLAIN.sums(first, differences)
        whole = numpy.empty(len(differences) + 1, numpy.int64)
        whole[0], whole[1:] = first, differences
        return array("q", whole.cumsum().tobytes())

    def quotients(self, numbers: "array[int]", divisor: float) -> "array[float]":
        """See `Arithmetic`."""
        if len(numbers) < MANY:
            return PLAIN.quotients(numbers, divisor)
        return array("d", (numpy.frombuffer(numbers, numpy.int64) / divisor).tobytes())

    def thinned(self, values: "array[float]", max_points: int) -> list[int]:
        """See `Arithmetic`."""
        count = len(values)
        if count < MANY or count <= max_points:
            return PLAIN.thinned(values, max_points)
        whole = numpy.frombuffer(values, numpy.float64)
        has_nan = bool(numpy.isnan(whole).any())
        kept = {0, count - 1}
        for begin, end in buckets(count, max_points, has_nan=has_nan):
            places = _extremes(whole[begin:end]) if has_nan else _ends(whole[begin:end])
            kept.update(begin + place for place in places)
        return sorted(kept)


def _ends(span: NDArray[numpy.float64]) -> list[int]:
    """Return where the least and the greatest number are; none is NaN."""
    return [int(span.argmin()), int(span.argmax())]


def _extremes(span: NDArray[numpy.float64]) -> list[int]:
    """Return where the least and the greatest number and the first NaN are."""
    gaps = numpy.isnan(span)
    there = numpy.flatnonzero(~gaps)
    kept = [int(place) for place in numpy.flatnonzero(gaps)[:1]]
    if len(there):
        kept += [int(there[place]) for place in _ends(span[there])]
    return kept
