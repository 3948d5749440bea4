"""How each kind of cell is said in Parquet."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from chachaml_kernel.domain.values import canonical, without_nan
from chachaml_kernel.ports import Column

TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "time": pa.timestamp("ms", tz="UTC"),
    "any": pa.string(),
}
"""By a column's kind, the type of its cells."""
KINDS = "chachaml.kinds"
"""The key of the file's metadata that has the kinds of the columns by name, as a JSON object."""


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """Return the names, types and kinds of columns."""
    kinds = json.dumps({column.name: column.kind for column in columns}, ensure_ascii=False)
    fields = [pa.field(column.name, TYPES[column.kind]) for column in columns]
    return pa.schema(fields, metadata={KINDS: kinds})


def array_of(kind: str, cells: Sequence[Any]) -> pa.Array:
    """Return cells of a kind; none is null, NaN is not.

    A cell of the kind `any` is the text of its value in JSON, a string's with its quotes.
    """
    if kind == "any":
        cells = [None if cell is None else canonical(without_nan(cell)) for cell in cells]
    elif kind == "number":
        cells = [None if cell is None else float(cell) for cell in cells]
    return pa.array(cells, TYPES[kind])
