"""Digests of series, to the last bit of each point."""

import hashlib
import math
from array import array
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence

from chachaml_kernel.domain.keeping import Block
from chachaml_kernel.domain.metrics import Metric, Points

NAN = array("d", [math.nan])[0]


class SeriesDigest:
    """What was seen of a series: a digest that knows no blocks, and the series in short."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._columns = [hashlib.sha256() for _ in range(4)]
        self._count = 0
        self._least = self._greatest = math.nan
        self._last: tuple[float, int, int | None] = (math.nan, 0, None)

    def add(self, points: Points) -> None:
        """Take in points, one at least, that follow those before."""
        values = array("d", points.values)
        if math.isnan(sum(values)):
            values = array("d", [value if value == value else NAN for value in values])
        there, steps = _steps(points)
        columns = (values.tobytes(), array("q", points.times).tobytes(), there, steps.tobytes())
        for column, content in zip(self._columns, columns, strict=True):
            column.update(content)
        self._count += len(values)
        self._sum_up(values)
        self._last = values[-1], points.times[-1], steps[-1] if there[-1] else None

    def _sum_up(self, values: "array[float]") -> None:
        numbers = values if sum(values) == sum(values) else [it for it in values if it == it]
        if numbers:
            least, greatest = min(numbers), max(numbers)
            self._least = least if not self._least <= least else self._least
            self._greatest = greatest if not self._greatest >= greatest else self._greatest

    def hex(self) -> str:
        """Return the digest."""
        return hashlib.sha256(b"".join(it.digest() for it in self._columns)).hexdigest()

    def summary(self, key: str) -> Metric:
        """Return the series in short."""
        value, timestamp, step = self._last
        return Metric(
            key=key,
            value=value,
            step=step,
            timestamp=timestamp,
            count=self._count,
            min=self._least,
            max=self._greatest,
        )


def _steps(points: Points) -> "tuple[bytes, array[int]]":
    """Return which points have a step, a byte for each, and the steps, 0 where there is none."""
    steps: Sequence[int | None] | None = points.steps
    if steps is None:
        return bytes(len(points)), array("q", bytes(8 * len(points)))
    try:
        return b"\1" * len(points), array("q", steps)  # type: ignore[arg-type]  # none of them None
    except TypeError:
        there = bytes(step is not None for step in steps)
        return there, array("q", [step or 0 for step in steps])


async def digests_of(blocks: AsyncIterator[Block]) -> Mapping[str, SeriesDigest]:
    """Return what is to be seen of each series of a run, by its key."""
    digests: dict[str, SeriesDigest] = defaultdict(SeriesDigest)
    async for block in blocks:
        digests[block.key].add(block.points)
    return digests
