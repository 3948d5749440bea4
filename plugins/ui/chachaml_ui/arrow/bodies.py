"""Bodies that log points as an Arrow IPC stream, read to columns without an object for a point."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.errors import Invalid
from pyarrow import types

from chachaml_ui.arrow import columns
from chachaml_ui.arrow.columns import as_type, flat
from chachaml_ui.arrow.keys import read_keys
from chachaml_ui.arrow.messages import refusing_damage

Fits: TypeAlias = Callable[[pa.DataType], bool]


def _is_text(kind: pa.DataType) -> bool:
    if types.is_dictionary(kind):
        kind = kind.value_type
    return any(is_one(kind) for is_one in TEXTS)


def _is_number(kind: pa.DataType) -> bool:
    return any(is_one(kind) for is_one in (types.is_floating, types.is_integer))


def _is_step(kind: pa.DataType) -> bool:
    return any(is_one(kind) for is_one in (types.is_integer, types.is_null))


def _is_time(kind: pa.DataType) -> bool:
    return _is_step(kind) or bool(types.is_timestamp(kind))


TEXTS: Sequence[Fits] = (types.is_string, types.is_large_string, types.is_string_view)
COLUMNS: Mapping[str, tuple[Fits, str]] = {
    "key": (_is_text, "strings or a dictionary of them"),
    "value": (_is_number, "floats or integers"),
    "step": (_is_step, "integers"),
    "timestamp": (_is_time, "timestamps, or integers in milliseconds since the Unix epoch"),
}
"""The columns of a stream, the first two required; what their types must be, and that in words."""


def read_points(body: bytes, now: int) -> Mapping[str, Points]:
    """Return the points of a stream, each key's in their order; last key is logged last.

    Points without a timestamp were logged at `now`. Raises `Invalid` with the column or the row of
    what is wrong; rows are counted from 0 over all batches.
    """
    with refusing_damage():
        table = _read_table(body)
    if not table.num_rows:
        return {}
    given = dict(zip(table.column_names, table.columns, strict=True))
    values = _read_values(given["value"])
    times = _read_times(given.get("timestamp"), now)
    steps = _read_steps(given.get("step"))
    codes, keys = read_keys(given["key"])
    if len(keys) == 1:
        return {keys[0]: _points(values, times, steps, now)}
    order = pc.array_sort_indices(codes)  # stable: each key's rows stay in their order
    values, times, steps = (
        column if column is None else column.take(order) for column in (values, times, steps)
    )
    return _part(codes, order, keys, _points(values, times, steps, now))


def _read_table(body: bytes) -> pa.Table:
    """Return what a stream holds; its columns have fitting types, and are valid to the last bit."""
    options = pa.ipc.IpcReadOptions(use_threads=False)
    with pa.ipc.open_stream(pa.py_buffer(body), options=options) as reader:
        _check_columns(reader.schema)
        table = reader.read_all()
    table.validate(full=True)
    return table


def _check_columns(schema: pa.Schema) -> None:
    names = schema.names
    for name in names:
        if name not in COLUMNS:
            raise Invalid(f"unknown column {name!r}; allowed: {', '.join(COLUMNS)}")
        if names.count(name) > 1:
            raise Invalid(f"the column {name!r} is there twice; send it once")
        fits, wanted = COLUMNS[name]
        kind = schema.field(name).type
        if not fits(kind):
            raise Invalid(f"column {name!r} is of type {str(kind)[:100]}; send {wanted}")
    for name in ("key", "value"):
        if name not in names:
            raise Invalid(f"the column {name!r} is missing; columns are {', '.join(COLUMNS)}")


def _read_values(column: pa.ChunkedArray) -> pa.Array:
    """Return values as doubles; as in JSON, a large integer becomes the double next to it."""
    if column.null_count:
        row = pc.index(column.is_null(), value=True).as_py()
        raise Invalid(f"the value in row {row} is null; a value is a number, NaN included")
    return as_type(flat(column), pa.float64(), safe=False)


def _read_steps(column: pa.ChunkedArray | None) -> pa.Array | None:
    """Return steps, null where a point has none, or none at all."""
    if column is None or column.null_count == len(column):
        return None
    return _as_integers("step", flat(column))


def _read_times(column: pa.ChunkedArray | None, now: int) -> pa.Array | None:
    """Return times in milliseconds, rounded down, or none at all."""
    if column is None or column.null_count == len(column):
        return None
    times = flat(column)
    if types.is_timestamp(times.type):
        times = _milliseconds(times)
    times = _as_integers("timestamp", times)
    return times.fill_null(now) if times.null_count else times


def _milliseconds(times: pa.TimestampArray) -> pa.Array:
    unit = times.type.unit
    if unit == "ms":
        return times
    if unit == "s":
        return _as_integers("timestamp", times, pa.timestamp("ms"))
    if pc.min(times.cast(pa.int64())).as_py() < 0:
        raise Invalid("column 'timestamp' has a time before 1970, where Unix time begins")
    return times.cast(pa.timestamp("ms"), safe=False)


def _as_integers(name: str, column: pa.Array, kind: pa.DataType | None = None) -> pa.Array:
    try:
        return as_type(column, kind or pa.int64())
    except pa.ArrowInvalid as error:
        raise Invalid(f"column {name!r} does not fit into 64-bit integers: {error}") from None


def _points(values: pa.Array, times: pa.Array | None, steps: pa.Array | None, now: int) -> Points:
    count = len(values)
    return Points(
        columns.doubles(values),
        array("q", [now]) * count if times is None else columns.integers(times),
        None if steps is None else columns.steps(steps),
    )


def _part(codes: pa.Array, order: pa.Array, keys: list[str], points: Points) -> dict[str, Points]:
    """Part points in `order`, by key, into those of each key, which was logged last comes last."""
    counted = pc.value_counts(codes)
    pairs = zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True)
    used = sorted(pairs)
    ends = list(accumulate((count for _, count in used), initial=0))
    lasts = [order[end - 1].as_py() for end in ends[1:]]
    parts = sorted(zip(lasts, used, pairwise(ends), strict=True))
    return {keys[code]: _without_null(points.span(*ends)) for _, (code, _), ends in parts}


def _without_null(points: Points) -> Points:
    """Return points of one key: without steps if none of them has one."""
    steps = points.steps
    if isinstance(steps, list) and steps.count(None) == len(steps):
        return Points(points.values, points.times)
    return points
