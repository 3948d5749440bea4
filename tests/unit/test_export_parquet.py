"""How Parquet says each kind of cell, and in which pieces it comes."""

import json
import math
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from io import BytesIO

import pyarrow as pa
import pytest
from chachaml_export_parquet import ParquetExporter
from chachaml_kernel.domain.metrics import MAX_TIME
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.ports import Column, Table
from pyarrow import parquet


async def pieces(columns: Sequence[Column], *batches: Sequence[Sequence[JsonValue]]) -> list[bytes]:
    async def coming() -> AsyncIterator[Sequence[Sequence[JsonValue]]]:
        for batch in batches:
            yield batch

    return [piece async for piece in ParquetExporter().write(Table(columns, coming()))]


async def column(kind: str, *cells: JsonValue) -> pa.ChunkedArray:
    """Return a column of these cells, written and read back."""
    columns = [Column("it", kind)]  # type: ignore[arg-type]
    written = await pieces(columns, [[cell] for cell in cells])
    return parquet.read_table(BytesIO(b"".join(written))).column("it")


@pytest.mark.parametrize(
    ("kind", "type"),
    [
        ("text", pa.string()),
        ("integer", pa.int64()),
        ("number", pa.float64()),
        ("time", pa.timestamp("ms", tz="UTC")),
        ("any", pa.string()),
    ],
)
async def test_a_column_has_the_type_of_its_kind_even_where_all_is_none(
    kind: str, type: pa.DataType
) -> None:
    read = await column(kind, None, None)
    assert (read.type, read.null_count) == (type, 2)


async def test_nan_is_a_value_and_none_is_not() -> None:
    read = await column("number", math.nan, None, math.inf, -math.inf, -0.0)
    assert repr(read.to_pylist()) == "[nan, None, inf, -inf, -0.0]"
    assert read.null_count == 1


async def test_a_number_may_be_any_integer() -> None:
    assert (await column("number", 3, 2**60 + 1)).to_pylist() == [3.0, 2.0**60]


async def test_times_keep_every_millisecond() -> None:
    times = [0, 1_767_319_445_678, MAX_TIME]
    assert (await column("time", *times)).cast(pa.int64()).to_pylist() == times


async def test_any_value_is_its_json() -> None:
    values: list[JsonValue] = ["3", 3, 0.5, True, None, {"b": [1, None], "a": "é"}, math.nan]
    said = ['"3"', "3", "0.5", "true", None, '{"a":"é","b":[1,null]}', '"NaN"']
    assert (await column("any", *values)).to_pylist() == said


async def test_a_file_says_which_columns_hold_json() -> None:
    columns = [Column("param.lr", "any"), Column("name", "text")]
    file = parquet.ParquetFile(BytesIO(b"".join(await pieces(columns))))
    kinds = json.loads(file.metadata.metadata[b"chachaml.kinds"])
    assert kinds == {"param.lr": "any", "name": "text"}


async def test_a_row_group_comes_as_soon_as_it_is_full_of_rows() -> None:
    batch = [[number] for number in range(2**16)]
    written = await pieces([Column("n", "integer")], batch, batch, batch)
    assert len(written) == 3
    file = parquet.ParquetFile(BytesIO(b"".join(written)))
    groups = [file.metadata.row_group(group).num_rows for group in range(2)]
    assert groups == [2**17, 2**16]
    assert file.read().column("n").to_pylist() == [*range(2**16)] * 3


async def test_long_texts_fill_a_row_group_too() -> None:
    batch = [["x" * 100_000 + str(number)] for number in range(50)]
    written = await pieces([Column("note", "text")], *[batch] * 4)
    assert parquet.ParquetFile(BytesIO(b"".join(written))).num_row_groups == 2


def test_pyarrow_is_not_imported_before_it_is_needed() -> None:
    said = "import sys, chachaml_export_parquet as it; it.ExportParquet().chachaml_exporters()"
    program = f"{said}; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
