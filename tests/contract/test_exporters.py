"""Every exporter that comes with the kernel keeps the port's promises."""

import csv
import io
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pyarrow as pa
import pytest
from chachaml_export_csv import ExportCsv
from chachaml_export_parquet import ExportParquet
from chachaml_kernel.ports import Exporter
from chachaml_kernel.testing.exporter import ExporterSuite, ReadBack
from pyarrow import parquet


class TestCsv(ExporterSuite):
    @pytest.fixture
    def exporter(self) -> Exporter:
        [exporter] = ExportCsv().chachaml_exporters()
        return exporter

    @pytest.fixture
    def read_back(self) -> ReadBack:
        return lambda content: list(csv.reader(io.StringIO(content.decode(), newline="")))


class TestParquet(ExporterSuite):
    @pytest.fixture
    def exporter(self) -> Exporter:
        [exporter] = ExportParquet().chachaml_exporters()
        return exporter

    @pytest.fixture
    def read_back(self) -> ReadBack:
        return rows_of


def rows_of(content: bytes) -> Sequence[Sequence[Any]]:
    """Return the names and rows of a file, times as integers: Python's end with the year 9999."""
    columns = parquet.read_table(BytesIO(content))
    cells = [
        column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
        for column in columns.columns
    ]
    return [columns.column_names, *zip(*(column.to_pylist() for column in cells), strict=True)]
