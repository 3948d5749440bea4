"""A series as an Arrow IPC stream, in the columns that a body may have."""

from array import array
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pyarrow as pa
from chachaml_kernel.domain.metrics import MAX_STEP, MIN_STEP, Points

SCHEMA = pa.schema(
    [
        pa.field("key", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("step", pa.int64()),
        pa.field("timestamp", pa.timestamp("ms", tz="UTC"), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
    ]
)


class Sink:
    """A file that keeps what is written until it is taken."""

    closed = False

    def __init__(self) -> None:
        """Begin empty."""
        self._written: list[bytes] = []

    def write(self, written: bytes) -> int:
        """Keep some bytes."""
        self._written.append(written)
        return len(written)

    def flush(self) -> None:
        """Do nothing, as all is there."""

    def take(self) -> bytes:
        """Return what was written since this was last asked."""
        taken, self._written = b"".join(self._written), []
        return taken


async def pieces_of_history(
    key: str, blocks: AsyncIterator[Points], count: int | None = None
) -> AsyncIterator[bytes]:
    """Yield the stream of one series, a batch for each block.

    `count` is how many points were asked for, if `blocks` are only those to draw; it becomes
    metadata of the schema.
    """
    schema = SCHEMA if count is None else SCHEMA.with_metadata({"count": str(count)})
    sink, keys = Sink(), pa.array([key])
    with pa.ipc.new_stream(sink, schema) as writer:
        async for points in blocks:
            writer.write_batch(_batch(keys, points, schema))
            yield sink.take()
    yield sink.take()


def _batch(keys: pa.StringArray, points: Points, schema: pa.Schema) -> pa.RecordBatch:
    count = len(points)
    indices = pa.Array.from_buffers(pa.int8(), count, [None, pa.py_buffer(bytes(count))])
    columns = [
        pa.DictionaryArray.from_arrays(indices, keys),
        _steps(points.steps, count),
        _column(schema.field("timestamp").type, "q", points.times),
        _column(pa.float64(), "d", points.values),
    ]
    return pa.record_batch(columns, schema=schema)


def _steps(steps: Sequence[int | None] | None, count: int) -> pa.Array:
    if steps is None:
        return pa.nulls(count, pa.int64())
    flat = steps[:]
    if not isinstance(flat, array | range) and None in flat:
        return pa.array(flat, pa.int64())
    return _column(pa.int64(), "q", flat)


def _column(kind: pa.DataType, code: str, numbers: Sequence[Any]) -> pa.Array:
    """Return numbers of eight bytes each as a column, which shares their bytes if they are flat."""
    flat = numbers[:]  # decodes what is not decoded yet
    if isinstance(flat, range) and MIN_STEP <= flat.stop <= MAX_STEP:
        return pa.arange(flat.start, flat.stop, flat.step).view(kind)
    flat = flat if isinstance(flat, array) else array(code, flat)
    return pa.Array.from_buffers(kind, len(flat), [None, pa.py_buffer(flat)])
