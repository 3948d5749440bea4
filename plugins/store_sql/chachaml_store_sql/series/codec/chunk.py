"""Chunks: some points of a series as one immutable blob, in the format `CHM1`.

`docs/chunk-format.md` describes it for other programs.
"""

import struct
import zlib
from array import array
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from chachaml_kernel.domain.metrics import Points
from msgspec import Struct

from chachaml_store_sql.series.codec import columns, decode
from chachaml_store_sql.series.codec.arithmetic import PLAIN, Arithmetic
from chachaml_store_sql.series.codec.columns import Damaged, Encoded, Encoding
from chachaml_store_sql.series.lazy import Lazy

MAGIC = b"CHM1"
VERSION = 1
HEAD = struct.Struct("<4sBBHI")
ENTRY = struct.Struct("<BBBxII")
CHECK = struct.Struct("<I")


class What(IntEnum):
    """What a column of a chunk holds."""

    STEP = 1
    TIME = 2
    VALUE = 3
    HAS_STEP = 5


class Entry(NamedTuple):
    """What the head of a chunk says of a column, and where in the chunk its bytes begin."""

    encoding: int
    param: int
    length: int
    crc: int
    begin: int


class Chunk(Struct, frozen=True):
    """A chunk that was opened: `count` points, whose columns are still encoded.

    Each method decodes a column anew, and raises `Damaged` if its bytes are not sound.
    """

    count: int
    columns: Mapping[int, Entry]
    blob: bytes
    arithmetic: Arithmetic

    @property
    def has_steps(self) -> bool:
        """Whether any point has a step."""
        return self._entry(What.STEP).encoding != Encoding.ABSENT

    def points(self) -> Points:
        """Return all of the points, decoded."""
        steps = self.steps() if self.has_steps else None
        return Points(self.values(), self.times(), steps)

    def view(self) -> Points:
        """Return all of the points, each column of which is decoded when it is looked at."""
        steps = Lazy(self.count, self.steps) if self.has_steps else None
        return Points(Lazy(self.count, self.values), Lazy(self.count, self.times), steps)

    def values(self) -> Sequence[float]:
        """Decode the values."""
        return decode.doubles(self._column(What.VALUE), self.count, self.arithmetic)

    def times(self) -> Sequence[int]:
        """Decode the times."""
        return decode.integers(self._column(What.TIME), self.count, self.arithmetic)

    def steps(self) -> Sequence[int | None]:
        """Decode the steps, which are none where a point has no step."""
        if not self.has_steps:
            return [None] * self.count
        step = self._column(What.STEP)
        if What.HAS_STEP not in self.columns:
            return decode.integers(step, self.count, self.arithmetic)
        there = decode.flags(self._column(What.HAS_STEP), self.count)
        given = iter(decode.integers(step, sum(there)))
        return [next(given) if flag else None for flag in there]

    def _column(self, what: What) -> Encoded:
        encoding, param, length, crc, begin = self._entry(what)
        data = self.blob[begin : begin + length]
        if len(data) != length or zlib.crc32(data) != crc:
            raise Damaged(f"the column {what.name} of the chunk is damaged")
        return Encoded(encoding, data, param)

    def _entry(self, what: What) -> Entry:
        if what not in self.columns:
            raise Damaged(f"the chunk lacks the column {what.name}")
        return self.columns[what]


def encode(points: Points, *, thorough: bool = False) -> bytes:
    """Return points, one at least, as a chunk; `thorough` spends time to make it smaller."""
    return join(encode_columns(points, thorough=thorough), len(points))


def encode_columns(points: Points, *, thorough: bool = False) -> dict[What, Encoded]:
    """Return the columns of a chunk of points."""
    return {
        **_encode_steps(points.steps),
        What.TIME: columns.encode_integers(points.times),
        What.VALUE: columns.encode_doubles(points.values, thorough=thorough),
    }


def join(encoded: Mapping[What, Encoded], count: int) -> bytes:
    """Return the columns of `count` points as a chunk."""
    parts = [HEAD.pack(MAGIC, VERSION, 0, len(encoded), count)]
    for what, column in encoded.items():
        crc = zlib.crc32(column.data)
        parts.append(ENTRY.pack(what, column.encoding, column.param, len(column.data), crc))
    parts.append(CHECK.pack(zlib.crc32(b"".join(parts))))
    parts.extend(column.data for column in encoded.values())
    return b"".join(parts)


def _encode_steps(steps: Sequence[int | None] | None) -> dict[What, Encoded]:
    given = steps_given(steps)
    if steps is None or not given:
        return {What.STEP: Encoded(Encoding.ABSENT)}
    encoded = {What.STEP: columns.encode_integers(given)}
    if len(given) < len(steps):
        encoded[What.HAS_STEP] = columns.encode_bits([step is not None for step in steps])
    return encoded


def steps_given(steps: Sequence[int | None] | None) -> list[int]:
    """Return the steps of those points that have one."""
    if isinstance(steps, array):
        return steps.tolist()  # an array holds no none
    return [step for step in steps or () if step is not None]


def open_chunk(blob: bytes, arithmetic: Arithmetic = PLAIN) -> Chunk:
    """Read a chunk's head; raise `Damaged` if that is not sound."""
    try:
        magic, version, _, number, count = HEAD.unpack_from(blob)
        if magic != MAGIC or version != VERSION:
            raise Damaged(f"these bytes are no chunk of version {VERSION}; install a newer version")
        end = HEAD.size + number * ENTRY.size
        entries = list(ENTRY.iter_unpack(blob[HEAD.size : end]))
        (check,) = CHECK.unpack_from(blob, end)
    except struct.error:
        raise Damaged("these bytes end before the head of a chunk does") from None
    if zlib.crc32(blob[:end]) != check:
        raise Damaged("the head of the chunk is damaged")
    columns, begin = {}, end + CHECK.size
    for what, encoding, param, length, crc in entries:
        columns[what] = Entry(encoding, param, length, crc, begin)
        begin += length
    return Chunk(count, columns, blob, arithmetic)
