"""A series to log, and a way to compare series to the last bit."""

import math
import struct

from chachaml_kernel.domain.metrics import Points


def curve(begin: int, end: int) -> Points:
    span = range(begin, end)
    values = [math.nan if i % 97 == 96 else math.sin(i / 50) for i in span]
    return Points(values, [10**12 + i for i in span], list(span))


def exact(series: Points) -> tuple[list[bytes], list[int], list[int | None]]:
    packed = [struct.pack("<d", value) for value in series.values]
    return packed, list(series.times), list(series.steps or [None] * len(series))
