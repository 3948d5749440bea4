"""The exporter: a table in, the bytes of a CSV file out."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.ports import Table

from chachaml_export_csv.cells import ENCODERS, guarded


class CsvExporter:
    """Writes RFC 4180: UTF-8, CRLF line ends, a header row, quotes where they are needed.

    Cells are said as `chachaml_export_csv.cells` describes; a cell that is none is empty.
    """

    format = "csv"
    content_type = "text/csv; charset=utf-8"

    async def write(self, table: Table) -> AsyncIterator[bytes]:
        """Yield the header before the first batch is asked for, then a piece for each batch."""
        encoders = [ENCODERS[column.kind] for column in table.columns]
        yield _lines([[guarded(column.name) for column in table.columns]])
        async for batch in table.batches:
            if batch:
                yield _lines(_texts(encoders, row) for row in batch)


def _texts(encoders: Sequence[Callable[[JsonValue], str]], row: Sequence[JsonValue]) -> list[str]:
    return [
        "" if cell is None else encode(cell) for encode, cell in zip(encoders, row, strict=True)
    ]


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue().encode()
