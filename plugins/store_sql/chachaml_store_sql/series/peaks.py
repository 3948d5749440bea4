"""Peaks of chunks: so few of their points, and so cheap to read, that thousands of chunks are
drawn at once."""

import struct
import zlib
from collections.abc import Sequence

from chachaml_kernel.domain.metrics import Points

from chachaml_store_sql.series.codec.columns import Damaged

MOST = 12
"""Points that are peaks of one chunk at most: what `thin` leaves of it."""
CHECK = struct.Struct("<I")
POINT = struct.Struct("<dq?q")
"""Value, time, whether there is a step, and the step or 0."""


def encode(peaks: Points) -> bytes:
    """Return points, one at least, in the form that `docs/chunk-format.md` describes."""
    steps = peaks.steps or [None] * len(peaks)
    packed = b"".join(
        POINT.pack(value, time, step is not None, step or 0)
        for value, time, step in zip(peaks.values, peaks.times, steps, strict=True)
    )
    return CHECK.pack(zlib.crc32(packed)) + packed


def decode(blobs: Sequence[bytes]) -> Points:
    """Return the points of all `blobs`, one after another; raise `Damaged` if one is not sound."""
    packed = b"".join(map(_checked, blobs))
    values, times, has_step, steps = zip(*POINT.iter_unpack(packed), strict=True)
    if all(has_step):
        return Points(values, times, steps)
    given = [step if there else None for step, there in zip(steps, has_step, strict=True)]
    return Points(values, times, given if any(has_step) else None)


def _checked(blob: bytes) -> bytes:
    packed = blob[CHECK.size :]
    if not packed or len(packed) % POINT.size or CHECK.pack(zlib.crc32(packed)) != blob[:4]:
        raise Damaged("the peaks of the chunk are damaged")
    return packed
