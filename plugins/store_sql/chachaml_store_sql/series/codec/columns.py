"""Columns of numbers as compressed bytes, exact to the last bit.

The encodings are those that `docs/chunk-format.md` describes for other programs. All numbers are
little-endian. Planes are the bytes of a column by their place: first the lowest byte of each
number, then the second of each, and so on, which lets a general compressor see what is alike.
"""

import struct
import sys
import threading
from array import array
from collections.abc import Sequence
from contextlib import suppress
from enum import IntEnum
from operator import sub
from typing import NamedTuple, TypeAlias, TypeVar

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 3
WIDTHS: dict[int, str] = {1: "b", 2: "h", 4: "i", 8: "q"}
"""Bytes of a difference, and the type code of an array of them."""
MOST_DIGITS = 4
SAMPLE = 32
LARGEST_WHOLE = 1e15
"""Below it a double times a power of ten is still exact enough to round."""
LEAST, GREATEST = -(2**63), 2**63 - 1

Integers: TypeAlias = Sequence[int]
N = TypeVar("N", int, float)


class Encoding(IntEnum):
    """How the bytes of a column are to be read."""

    ABSENT = 0
    CONSTANT = 1
    LINEAR = 2
    DELTA = 3
    PLANES = 4
    DECIMAL = 5
    BITS = 6


class Encoded(NamedTuple):
    """A column's bytes; what `param` says depends on the encoding."""

    encoding: int
    data: bytes = b""
    param: int = 0


class Damaged(ValueError):
    """These bytes are no column or chunk, or one that a newer version wrote."""


def encode_integers(values: Integers) -> Encoded:
    """Encode 64-bit signed integers; there is at least one."""
    column = as_list(values)
    first, count = column[0], len(column)
    stride = column[1] - first if count > 1 else 0
    if stride == 0 and column.count(first) == count:
        return Encoded(Encoding.CONSTANT, struct.pack("<q", first))
    if _is_even(column, stride):
        return Encoded(Encoding.LINEAR, struct.pack("<qq", first, stride))
    differences = list(map(sub, column[1:], column))
    for width, code in WIDTHS.items():
        with suppress(OverflowError):  # at the first difference that is too large
            narrow = array(code, differences)
            head = struct.pack("<q", first)
            return Encoded(Encoding.DELTA, head + _pack(narrow, width), width)
    return Encoded(Encoding.PLANES, _pack(array("q", column), 8))


def encode_doubles(values: Sequence[float], *, thorough: bool = False) -> Encoded:
    """Encode IEEE doubles; there is at least one. `thorough` looks for short decimals as well."""
    column = values if isinstance(values, array) and values.typecode == "d" else array("d", values)
    data = little(column).tobytes()
    if data[:8] == data[-8:] and data == data[:8] * len(column):
        return Encoded(Encoding.CONSTANT, data[:8])
    if thorough:
        decimal = _decimal(column)
        if decimal is not None:
            return decimal
    return Encoded(Encoding.PLANES, _compress(_planes(data, 8)))


def ends(values: Integers, encoded: Encoded) -> tuple[int, int]:
    """Return the least and the greatest of integers; `encoded` is what they were encoded to."""
    if encoded.encoding in (Encoding.CONSTANT, Encoding.LINEAR):
        values = (values[0], values[-1])
    return min(values), max(values)


def as_list(values: Sequence[N]) -> list[N]:
    """Return a column as a list, the fastest form to go through."""
    return values if isinstance(values, list) else list(values)


def encode_bits(flags: Sequence[bool]) -> Encoded:
    """Encode a bit for each flag, the lowest bit of the first byte first."""
    whole = sum(1 << place for place, flag in enumerate(flags) if flag)
    data = whole.to_bytes((len(flags) + 7) // 8, "little")
    return Encoded(Encoding.BITS, _compress(data))


def _decimal(column: "array[float]") -> Encoded | None:
    """Encode doubles as whole numbers over a power of ten, if that gives back every bit."""
    for digits in range(MOST_DIGITS + 1):
        # Most columns have no decimals, which their first few values tell.
        if _scaled(column[:SAMPLE], digits) is not None:
            whole = _scaled(column, digits)
            if whole is not None:
                return Encoded(Encoding.DECIMAL, _pack(array("q", whole), 8), digits)
    return None


def _scaled(column: "array[float]", digits: int) -> list[int] | None:
    """Return each value times a power of ten, or none if one of them is not a whole number so."""
    scale = 10.0**digits
    scaled = [value * scale for value in column]
    if not all(-LARGEST_WHOLE < value < LARGEST_WHOLE for value in scaled):
        return None  # NaN and the infinities too
    whole = [round(value) for value in scaled]
    exact = array("d", [value / scale for value in whole]).tobytes() == column.tobytes()
    return whole if exact else None


def _is_even(column: list[int], stride: int) -> bool:
    """Tell whether the numbers after the first one rise, or fall, by `stride` each."""
    first, count = column[0], len(column)
    if not stride or not LEAST <= stride <= GREATEST or column[-1] != first + stride * (count - 1):
        return False
    return column == list(range(first, first + stride * count, stride))


def _pack(column: "array[int]", width: int) -> bytes:
    return _compress(_planes(little(column).tobytes(), width))


class _Contexts(threading.local):
    """What a thread compresses with; to make one takes longer than to compress a short column."""

    compressor: "zstd.ZstdCompressor | None" = None


_contexts = _Contexts()


def _compress(data: bytes) -> bytes:
    """Return a zstd frame that says its size, to the byte what `zstd.compress` returns."""
    compressor = _contexts.compressor or zstd.ZstdCompressor(LEVEL)
    _contexts.compressor = None  # one that fails is not used again
    frame = compressor.compress(data, compressor.FLUSH_FRAME)
    _contexts.compressor = compressor
    return frame


def _planes(data: bytes, width: int) -> bytes:
    return data if width == 1 else b"".join(data[place::width] for place in range(width))


def little(column: "array[N]") -> "array[N]":
    """Return a column in little-endian order, or one of that order in this machine's."""
    if sys.byteorder == "big":
        column = array(column.typecode, column)
        column.byteswap()
    return column
