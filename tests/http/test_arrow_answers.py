"""Series as Arrow streams, written without a server."""

from array import array
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pyarrow as pa
import pytest
from chachaml_kernel.domain.metrics import Points
from chachaml_ui.arrow.answers import pieces_of_history


async def blocks(*given: Points) -> AsyncIterator[Points]:
    for points in given:
        yield points


async def written(*given: Points, count: int | None = None) -> pa.Table:
    pieces = [piece async for piece in pieces_of_history("v", blocks(*given), count)]
    assert len(pieces) == len(given) + 1, "each block leaves before the next is read"
    table = pa.ipc.open_stream(b"".join(pieces)).read_all()
    table.validate(full=True)
    return table


@pytest.mark.parametrize(
    "steps",
    [
        range(3),
        range(7, -2, -3),
        range(2**63 - 3, 2**63),
        range(2**63 - 1, 2**63 - 31, -10),
        range(-(2**63) + 2, -(2**63) - 1, -1),
        array("q", [5, -(2**63), 2**63 - 1]),
        [3, 1, 2],
        (3, 1, 2),
        [None, 3, None],
        (None, 3, None),
        None,
    ],
)
async def test_columns_of_any_kind_are_written_as_they_are(steps: Any) -> None:
    table = await written(Points(array("d", [0.5, -0.0, 2.0]), range(5, 8), steps))
    assert table["step"].to_pylist() == ([None] * 3 if steps is None else list(steps))
    assert table["timestamp"].cast(pa.int64()).to_pylist() == [5, 6, 7]
    assert str(table["value"].to_pylist()) == "[0.5, -0.0, 2.0]"


@pytest.mark.parametrize("last", [[None], [7], None])
async def test_each_block_is_a_batch(last: Sequence[int | None] | None) -> None:
    table = await written(Points([1.0, 2.0], [3, 4], range(2)), Points([3.0], [5], last), count=9)
    assert table["key"].to_pylist() == ["v"] * 3
    assert table["step"].to_pylist() == [0, 1, *(last or [None])]
    assert table.schema.metadata == {b"count": b"9"}
    assert [len(chunk) for chunk in table["value"].chunks] == [2, 1]


async def test_a_series_without_a_point_is_a_stream_without_a_row() -> None:
    assert (await written()).num_rows == 0
