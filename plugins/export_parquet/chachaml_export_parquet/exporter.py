"""The exporter: a table in, the bytes of a Parquet file out."""

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from chachaml_kernel.ports import Column, Table
from chachaml_kernel.threads import finish_in

if TYPE_CHECKING:
    from chachaml_export_parquet.file import File


class ParquetExporter:
    """Writes Parquet: typed columns, row groups as they fill, packed with zstd.

    Cells are said as `chachaml_export_parquet.columns` describes. Each file has a thread of its
    own, so that nothing else waits while pyarrow works, or is imported for the first time.
    """

    format = "parquet"
    content_type = "application/vnd.apache.parquet"

    async def write(self, table: Table) -> AsyncIterator[bytes]:
        """Yield the head before the first batch is asked for, then each row group once it is full.

        The last piece is what readers look at first: the columns, and where the row groups are.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="export-parquet") as thread:
            file = await finish_in(thread, _new_file, table.columns)
            yield file.take()
            async for batch in table.batches:
                if batch:
                    await finish_in(thread, file.add, batch)
                    if written := file.take():
                        yield written
            await finish_in(thread, file.finish)
            yield file.take()


def _new_file(columns: Sequence[Column]) -> "File":
    # pyarrow takes tens of megabytes: a server that exports nothing shall not carry it.
    from chachaml_export_parquet.file import File

    return File(columns)
