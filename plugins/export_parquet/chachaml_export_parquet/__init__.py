"""Parquet export for chachaml-kernel."""

from collections.abc import Sequence
from dataclasses import dataclass

from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.ports import Exporter

from chachaml_export_parquet.exporter import ParquetExporter

__all__ = ["ExportParquet", "ParquetExporter"]


@dataclass(frozen=True, slots=True)
class ExportParquet:
    """The plugin; it has no settings."""

    @hookimpl
    def chachaml_exporters(self) -> Sequence[Exporter]:
        """Offer the format `parquet`."""
        return [ParquetExporter()]
