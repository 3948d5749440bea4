"""Columns of points: from Arrow arrays to flat arrays, without an object for a point."""

from array import array
from collections.abc import Sequence

import pyarrow as pa


def flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column in one piece."""
    if isinstance(column, pa.Array):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def as_type(column: pa.Array, kind: pa.DataType, *, safe: bool = True) -> pa.Array:
    """Return a column as another type; a cast that changes nothing would take time too.

    Raises `ArrowInvalid` for what does not fit, if it is to be `safe`.
    """
    return column if column.type == kind else column.cast(kind, safe=safe)


def doubles(column: pa.Array) -> "array[float]":
    """Return doubles, to the last bit."""
    numbers = array("d")
    numbers.frombytes(_bytes(column))
    return numbers


def integers(column: pa.Array) -> "array[int]":
    """Return 64-bit integers, of which none is null."""
    numbers = array("q")
    numbers.frombytes(_bytes(column))
    return numbers


def steps(column: pa.Array) -> Sequence[int | None]:
    """Return 64-bit integers, of which some may be null."""
    if not column.null_count:
        return integers(column)
    some: list[int | None] = column.to_pylist()
    return some


def _bytes(column: pa.Array) -> memoryview:
    """Return the bytes of a column of eight bytes each."""
    return memoryview(column.buffers()[1])[8 * column.offset : 8 * (column.offset + len(column))]
