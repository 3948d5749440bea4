"""Points whose columns are decoded when somebody looks at them."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar, overload

from chachaml_kernel.domain.metrics import Points

T = TypeVar("T")
Whole = TypeVar("Whole", int, int | None)


@dataclass(slots=True, eq=False)
class Lazy(Sequence[T]):
    """`length` numbers that `decode` makes, once, when the first of them is asked for.

    A slice is one of the flat sequence that `decode` returns.
    """

    length: int
    decode: Callable[[], Sequence[T]]
    _flat: Sequence[T] | None = None

    def __len__(self) -> int:
        """Return how many there are, which needs no decoding."""
        return self.length

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        """Return one of them, or a flat sequence."""
        return self._decoded()[place]

    def __iter__(self) -> Iterator[T]:
        """Iterate over the flat sequence."""
        return iter(self._decoded())

    def _decoded(self) -> Sequence[T]:
        if self._flat is None:
            self._flat = self.decode()
        return self._flat


def part(points: Points, begin: int, end: int) -> Points:
    """Return the points from position `begin` up to `end`, whose columns are lazy."""
    steps = points.steps
    return Points(
        Lazy(end - begin, lambda: points.values[begin:end]),
        Lazy(end - begin, lambda: points.times[begin:end]),
        None if steps is None else Lazy(end - begin, lambda: steps[begin:end]),
    )


def joined(parts: Sequence[Points]) -> Points:
    """Return the points of all parts in one piece, whose columns are lazy."""
    if len(parts) <= 1:
        return parts[0] if parts else Points((), ())
    length = sum(map(len, parts))
    steps: Sequence[int | None] | None = None
    if any(part.steps is not None for part in parts):
        steps = Lazy(length, lambda: _integers([_steps(part) for part in parts]))
    return Points(
        Lazy(length, lambda: _doubles([part.values for part in parts])),
        Lazy(length, lambda: _integers([part.times for part in parts])),
        steps,
    )


def _steps(part: Points) -> Sequence[int | None]:
    return [None] * len(part) if part.steps is None else part.steps


def _doubles(columns: Sequence[Sequence[float]]) -> "array[float]":
    whole = array("d")
    for column in columns:
        whole.extend(column[:])
    return whole


def _integers(columns: Sequence[Sequence[Whole]]) -> Sequence[Whole]:
    """Return columns as one: a range, where each goes on evenly from the one before; else an array
    of arrays, or a list."""
    flat = [column[:] for column in columns]
    ranges = [column for column in flat if isinstance(column, range)]
    if len(ranges) == len(flat) and all(map(_goes_on, ranges, ranges[1:])):
        return range(ranges[0].start, ranges[-1].stop, ranges[0].step)
    arrays = [column for column in flat if isinstance(column, array)]
    if len(arrays) == len(flat):
        whole: array[int] = array("q")
        for column in arrays:
            whole.extend(column)
        return whole
    return list(chain.from_iterable(flat))


def _goes_on(before: range, after: range) -> bool:
    return after.start == before.stop and after.step == before.step
