"""Peaks of chunks: so few of their points, and so cheap to read, that thousands of chunks are
drawn at once."""

import struct
import zlib
from array import array
from collections.abc import Sequence

from chachaml_kernel.domain.metrics import Points

from chachaml_store_sql.series.codec.columns import Damaged, little

MOST = 12
"""Points that are peaks of one chunk at most: what `thin` leaves of it."""
CHECK = struct.Struct("<I")
SIZE = 3 * 8 + 1
"""Bytes of a point."""


def encode(peaks: Points) -> bytes:
    """Return points, one at least, in the form that `docs/chunk-format.md` describes."""
    steps = peaks.steps or [None] * len(peaks)
    numbers = (
        little(array("d", peaks.values)),
        little(array("q", peaks.times)),
        little(array("q", [step or 0 for step in steps])),
    )
    has_step = bytes(step is not None for step in steps)
    packed = b"".join(column.tobytes() for column in numbers) + has_step
    return CHECK.pack(zlib.crc32(packed)) + packed


def decode(blobs: Sequence[bytes]) -> Points:
    """Return the points of all `blobs`, one after another; raise `Damaged` if one is not sound."""
    packed = [_checked(blob) for blob in blobs]
    values = little(array("d", _column(packed, 0, 8)))
    times = little(array("q", _column(packed, 8, 8)))
    steps = little(array("q", _column(packed, 16, 8)))
    has_step = _column(packed, 24, 1)
    if all(has_step):
        return Points(values, times, steps)
    given = [step if there else None for step, there in zip(steps, has_step, strict=True)]
    return Points(values, times, given if any(has_step) else None)


def _column(packed: Sequence[bytes], before: int, size: int) -> bytes:
    """Return the column of `size` bytes a point; columns of `before` bytes a point precede it."""
    counts = [len(each) // SIZE for each in packed]
    places = zip(packed, counts, strict=True)
    return b"".join([each[before * n : (before + size) * n] for each, n in places])


def _checked(blob: bytes) -> bytes:
    packed = blob[CHECK.size :]
    if not packed or len(packed) % SIZE or CHECK.pack(zlib.crc32(packed)) != blob[: CHECK.size]:
        raise Damaged("the peaks of the chunk are damaged")
    return packed
