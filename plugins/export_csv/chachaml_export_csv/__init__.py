"""CSV export for chachaml-kernel."""

from collections.abc import Sequence
from dataclasses import dataclass

from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.ports import Exporter

from chachaml_export_csv.exporter import CsvExporter

__all__ = ["CsvExporter", "ExportCsv"]


@dataclass(frozen=True, slots=True)
class ExportCsv:
    """The plugin; it has no settings."""

    @hookimpl
    def chachaml_exporters(self) -> Sequence[Exporter]:
        """Offer the format `csv`."""
        return [CsvExporter()]
