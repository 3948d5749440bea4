"""One Parquet file that grows by row groups."""

from collections.abc import Sequence
from io import BytesIO

import pyarrow as pa
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.ports import Column
from pyarrow import parquet

from chachaml_export_parquet.columns import array_of, schema_of

ROWS_A_GROUP = 2**17
BYTES_A_GROUP = 2**23
"""What a row group has at most before the batch that fills it; it is in memory until then."""
DICTIONARIES = frozenset({"text", "any"})
"""Kinds whose cells are often the same; numbers and times rarely are."""


class File:
    """What was written of a file and not taken yet, and the rows of the next row group.

    Its methods keep a processor busy; one is called at a time, on any thread.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        """Begin a file with these columns."""
        self._columns = columns
        self._schema = schema_of(columns)
        self._sink = BytesIO()
        self._writer = parquet.ParquetWriter(
            self._sink,
            self._schema,
            compression="zstd",
            use_dictionary=[it.name for it in columns if it.kind in DICTIONARIES],
        )
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        self._bytes = 0

    def add(self, rows: Sequence[Sequence[JsonValue]]) -> None:
        """Add rows; there is something to take once they fill a row group."""
        cells = zip(*rows, strict=True)
        arrays = [
            array_of(column.kind, it) for column, it in zip(self._columns, cells, strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= ROWS_A_GROUP or self._bytes >= BYTES_A_GROUP:
            self._write_group()

    def finish(self) -> None:
        """Write what waits and the end of the file."""
        if self._waiting:
            self._write_group()
        self._writer.close()

    def take(self) -> bytes:
        """Return what was written since this was called last."""
        written = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return written

    def _write_group(self) -> None:
        self._writer.write_table(pa.Table.from_batches(self._waiting), row_group_size=self._rows)
        self._waiting.clear()
        self._rows = self._bytes = 0
