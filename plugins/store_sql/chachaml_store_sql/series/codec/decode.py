"""Columns of numbers out of their compressed bytes; see `columns` for how they got there.

What was encoded comes back to the last bit, as a flat sequence: an array, or a range where that
says it all. A column of differences becomes a list in pure Python, as that is cheaper to make.
"""

import struct
import sys
from array import array
from collections.abc import Sequence

from chachaml_store_sql.series.codec.arithmetic import PLAIN, Arithmetic
from chachaml_store_sql.series.codec.columns import WIDTHS, Damaged, Encoded, Encoding, little

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def doubles(column: Encoded, count: int, arithmetic: Arithmetic = PLAIN) -> "array[float]":
    """Return the `count` doubles that were encoded; raise `Damaged` if they cannot be."""
    match column.encoding:
        case Encoding.CONSTANT:
            return _doubles(column.data) * count
        case Encoding.PLANES:
            return _doubles(_numbers(column.data, 8, count))
        case Encoding.DECIMAL:
            return arithmetic.quotients(_integers(column.data, 8, count), 10.0**column.param)
        case _:
            raise Damaged(f"encoding {column.encoding} is none of doubles")


def integers(column: Encoded, count: int, arithmetic: Arithmetic = PLAIN) -> Sequence[int]:
    """Return the `count` integers that were encoded; raise `Damaged` if they cannot be."""
    data = column.data
    match column.encoding:
        case Encoding.CONSTANT:
            return array("q", struct.unpack("<q", data)) * count
        case Encoding.LINEAR:
            first, stride = struct.unpack("<qq", data)
            return range(first, first + stride * count, stride)
        case Encoding.DELTA:
            first, differences = _differences(data, column.param, count)
            return arithmetic.sums(first, differences)
        case Encoding.PLANES:
            return _integers(data, 8, count)
        case _:
            raise Damaged(f"encoding {column.encoding} is none of integers")


def flags(column: Encoded, count: int) -> list[bool]:
    """Return the `count` flags that were encoded; raise `Damaged` if they cannot be."""
    if column.encoding != Encoding.BITS:
        raise Damaged(f"encoding {column.encoding} is none of flags")
    whole = int.from_bytes(_decompress(column.data, (count + 7) // 8), "little")
    digits = f"{whole:0{count}b}"[::-1]
    return [digit == "1" for digit in digits[:count]]


def _differences(data: bytes, width: int, count: int) -> "tuple[int, array[int]]":
    if width not in WIDTHS or len(data) < 8:
        raise Damaged("these differences have no width")
    (first,) = struct.unpack_from("<q", data)
    return first, _integers(data[8:], width, count - 1)


def _doubles(data: bytes | bytearray) -> "array[float]":
    column = array("d")
    column.frombytes(data)
    return little(column)


def _integers(data: bytes, width: int, count: int) -> "array[int]":
    column = array(WIDTHS[width])
    column.frombytes(_numbers(data, width, count))
    return little(column)


def _numbers(data: bytes, width: int, count: int) -> bytes | bytearray:
    """Return the bytes of numbers that were packed as planes."""
    planes = _decompress(data, width * count)
    if width == 1:
        return planes
    whole = bytearray(len(planes))
    for place in range(width):
        whole[place::width] = planes[place * count : (place + 1) * count]
    return whole


def _decompress(data: bytes, size: int) -> bytes:
    try:
        whole = zstd.decompress(data)
    except zstd.ZstdError as error:
        raise Damaged(f"these bytes are no zstd frame: {error}") from None
    if len(whole) != size:
        raise Damaged(f"there should be {size} bytes, and there are {len(whole)}")
    return whole
