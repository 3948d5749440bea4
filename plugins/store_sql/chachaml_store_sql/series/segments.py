"""Points made into what the table of chunks holds."""

from collections.abc import Sequence

from chachaml_kernel.domain.metrics import Points, landmarks, thin
from msgspec import Struct
from msgspec.structs import asdict

from chachaml_store_sql.series import peaks
from chachaml_store_sql.series.codec import chunk, columns
from chachaml_store_sql.series.codec.chunk import What
from chachaml_store_sql.series.codec.columns import Encoded, Encoding

LENGTH = 4_096
"""Points that a chunk holds at most."""
BLOCK = 64
"""Of so many points one after another, an outline has the extremes."""


class Segment(Struct, frozen=True, kw_only=True):
    """A row of the table of chunks, but for its series and its place in that."""

    length: int
    least_step: int | None
    greatest_step: int | None
    every_step: bool
    least_at: int
    greatest_at: int
    peaks: bytes
    outline: bytes
    points: bytes

    def row(self, series_id: int, first_seq: int) -> dict[str, object]:
        """Return the row of the table of chunks."""
        columns = asdict(self)
        return {"series_id": series_id, "first_seq": first_seq, **columns}


def cut(points: Points) -> list[Points]:
    """Cut points into parts that a chunk can hold."""
    count = len(points)
    return [points.span(begin, begin + LENGTH) for begin in range(0, count, LENGTH)]


def make(points: Points, outline: Points, *, thorough: bool = False) -> Segment:
    """Encode up to `LENGTH` points and their outline; `thorough` makes them smaller, if slower."""
    encoded = chunk.encode_columns(points, thorough=thorough)
    least_step, greatest_step = _ends_of_steps(points.steps, encoded[What.STEP])
    least_at, greatest_at = columns.ends(points.times, encoded[What.TIME])
    return Segment(
        length=len(points),
        least_step=least_step,
        greatest_step=greatest_step,
        every_step=least_step is not None and What.HAS_STEP not in encoded,
        least_at=least_at,
        greatest_at=greatest_at,
        peaks=peaks.encode(thin(outline, peaks.MOST)),
        outline=chunk.encode(outline),
        points=chunk.join(encoded, len(points)),
    )


def _ends_of_steps(
    steps: Sequence[int | None] | None, encoded: Encoded
) -> tuple[int, int] | tuple[None, None]:
    if encoded.encoding == Encoding.ABSENT:
        return None, None
    return columns.ends(chunk.steps_given(steps), encoded)


def outline_of(points: Points) -> Points:
    """Return the points that a thin curve needs: both ends, and the extremes of each block."""
    count = len(points)
    blocks = [(begin, min(begin + BLOCK, count)) for begin in range(0, count, BLOCK)]
    return points.take(landmarks(points.values, blocks))
