"""Arrow IPC streams for tests."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

ARROW = {"Content-Type": "application/vnd.apache.arrow.stream"}
ACCEPT = {"Accept": "application/vnd.apache.arrow.stream"}


def stream(
    columns: Mapping[str, Any], *, compression: str | None = None, batch: int | None = None
) -> bytes:
    """Return a stream of these columns, in batches of so many rows if that is said."""
    table = pa.table(dict(columns))
    options = pa.ipc.IpcWriteOptions(compression=compression)
    return encoded(table.schema, table.to_batches(max_chunksize=batch), options)


def encoded(schema: pa.Schema, batches: Any, options: Any = None) -> bytes:
    """Return a stream of these batches."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema, options=options) as writer:
        for batch in batches:
            writer.write_batch(batch)
    whole: bytes = sink.getvalue().to_pybytes()
    return whole
