"""Chunks: some points of a series as one immutable blob, in the format `CHM1`.

`docs/chunk-format.md` describes it for other programs.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from chachaml_kernel.domain.metrics import Points

from chachaml_store_sql.series import columns
from chachaml_store_sql.series.columns import Damaged, Encoded, Encoding

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


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk that was opened: `count` points, whose columns are still encoded."""

    count: int
    columns: Mapping[int, Encoded]

    def points(self) -> Points:
        """Decode all of the points; raise `Damaged` if that cannot be."""
        return Points(
            columns.decode_doubles(self._column(What.VALUE), self.count),
            columns.decode_integers(self._column(What.TIME), self.count),
            self._steps(),
        )

    def _steps(self) -> list[int | None] | None:
        step = self._column(What.STEP)
        if step.encoding == Encoding.ABSENT:
            return None
        if What.HAS_STEP not in self.columns:
            return list(columns.decode_integers(step, self.count))
        there = columns.decode_bits(self._column(What.HAS_STEP), self.count)
        given = iter(columns.decode_integers(step, sum(there)))
        return [next(given) if flag else None for flag in there]

    def _column(self, what: What) -> Encoded:
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
    return [step for step in steps or () if step is not None]


def open_chunk(blob: bytes) -> Chunk:
    """Read a chunk's head and check its columns' bytes; raise `Damaged` if they are not sound."""
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
    return Chunk(count, _read_columns(blob, end + CHECK.size, entries))


def _read_columns(blob: bytes, begin: int, entries: list[tuple[int, ...]]) -> dict[int, Encoded]:
    found = {}
    for what, encoding, param, length, crc in entries:
        data = blob[begin : begin + length]
        if len(data) != length or zlib.crc32(data) != crc:
            raise Damaged(f"column {what} of the chunk is damaged")
        if encoding not in list(Encoding):
            raise Damaged(f"column {what} has the unknown encoding {encoding}")
        found[what] = Encoded(Encoding(encoding), data, param)
        begin += length
    return found
