"""Every exporter that comes with the kernel keeps the port's promises."""

import csv
import io

import pytest
from chachaml_export_csv import ExportCsv
from chachaml_kernel.ports import Exporter
from chachaml_kernel.testing.exporter import ExporterSuite, ReadBack


class TestCsv(ExporterSuite):
    @pytest.fixture
    def exporter(self) -> Exporter:
        [exporter] = ExportCsv().chachaml_exporters()
        return exporter

    @pytest.fixture
    def read_back(self) -> ReadBack:
        return lambda content: list(csv.reader(io.StringIO(content.decode(), newline="")))
