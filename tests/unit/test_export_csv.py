"""How CSV says each kind of cell."""

import math
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from chachaml_export_csv import CsvExporter
from chachaml_kernel.domain.metrics import MAX_TIME
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.ports import Column, Table
from hypothesis import given
from hypothesis import strategies as st


async def one_cell(column: Column, cell: JsonValue) -> bytes:
    """Return the lines of a table of one cell and, so that an empty one shows, an integer 0."""

    async def batches() -> AsyncIterator[Sequence[Sequence[JsonValue]]]:
        yield [[cell, 0]]

    table = Table([column, Column("end", "integer")], batches())
    return b"".join([piece async for piece in CsvExporter().write(table)])


@pytest.mark.parametrize(
    ("kind", "cell", "said"),
    [
        ("text", None, b""),
        ("text", "", b""),
        ("text", "plain", b"plain"),
        ("text", 'a "b", c', b'"a ""b"", c"'),
        ("text", "two\nlines", b'"two\nlines"'),
        ("text", "Ünïcödé", "Ünïcödé".encode()),
        ("integer", -(2**63), b"-9223372036854775808"),
        ("number", -0.5, b"-0.5"),
        ("number", 1e-07, b"1e-07"),
        ("number", 3, b"3"),
        ("number", math.nan, b"NaN"),
        ("number", -math.inf, b"-Infinity"),
        ("time", 1_767_323_045_678, b"2026-01-02T03:04:05.678Z"),
        ("time", 0, b"1970-01-01T00:00:00.000Z"),
        ("time", 253_402_300_799_999, b"9999-12-31T23:59:59.999Z"),
        ("time", MAX_TIME, b"+275760-09-13T00:00:00.000Z"),
        ("any", "plain", b"plain"),
        ("any", -1, b"-1"),
        ("any", 10**400, b"1" + b"0" * 400),
        ("any", -2.5, b"-2.5"),
        ("any", True, b"true"),
        ("any", False, b"false"),
        ("any", [1, "-x", None], b'"[1,""-x"",null]"'),
        ("any", {"b": 1, "a": "é"}, '"{""a"":""é"",""b"":1}"'.encode()),
    ],
)
async def test_a_cell_is_said_by_its_kind(kind: str, cell: JsonValue, said: bytes) -> None:
    column = Column("x", kind)  # type: ignore[arg-type]  # one of the kinds, as listed above
    assert await one_cell(column, cell) == b"x,end\r\n" + said + b",0\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
@pytest.mark.parametrize("kind", ["text", "any"])
async def test_a_text_that_would_run_as_a_formula_is_guarded(kind: str, start: str) -> None:
    column = Column("x", kind)  # type: ignore[arg-type]  # one of the kinds, as listed above
    lines = await one_cell(column, f"{start}1+2")
    assert lines == f"x,end\r\n'{start}1+2,0\r\n".encode()


async def test_a_carriage_return_is_guarded_and_quoted() -> None:
    assert await one_cell(Column("x", "text"), "\r=1") == b'x,end\r\n"\'\r=1",0\r\n'


async def test_a_name_of_a_column_is_guarded_as_texts_are() -> None:
    assert await one_cell(Column("=1+2", "number"), 1) == b"'=1+2,end\r\n1,0\r\n"


async def test_a_row_with_a_cell_too_few_is_not_written() -> None:
    async def batches() -> AsyncIterator[Sequence[Sequence[JsonValue]]]:
        yield [["alone"]]

    table = Table([Column("a", "text"), Column("b", "text")], batches())
    with pytest.raises(ValueError, match="shorter"):
        _ = [piece async for piece in CsvExporter().write(table)]


@given(st.integers(0, 253_402_300_799_999))
async def test_a_time_reads_back_as_the_same_millisecond(milliseconds: int) -> None:
    _, line, _ = (await one_cell(Column("at", "time"), milliseconds)).decode().split("\r\n")
    moment = datetime.fromisoformat(line.removesuffix(",0"))
    assert moment == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
