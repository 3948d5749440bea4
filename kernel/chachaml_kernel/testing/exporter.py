"""The contract suite of exporters."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeAlias

import pytest

from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.ports import Column, Exporter, Table

Row: TypeAlias = Sequence[JsonValue]
ReadBack: TypeAlias = Callable[[bytes], Sequence[Sequence[Any]]]
"""Reads a file of the format: a row of column names, then the rows of cells."""

NAME, COUNT, VALUE = Column("name", "text"), Column("count", "integer"), Column("value", "number")
AT, ANYTHING = Column("at", "time"), Column("anything", "any")
DONE = Column("done", "boolean")
KINDS = (NAME, COUNT, VALUE, DONE, AT, ANYTHING)
TEXTS = (
    "plain",
    "Ünïcödé 漢字 🏃",
    "comma, semicolon; tab\tinside",
    'a "quoted" word',
    "two\nlines",
    "two\r\nlines",
    " blanks around ",
)


@pytest.mark.asyncio
class ExporterSuite:
    """What every exporter promises.

    Subclass it as `Test…` and give it two fixtures: `exporter`, and `read_back`, a function from a
    file's bytes to its rows, the row of column names first. A cell that is none is read back as
    none or as an empty text; numbers may be read back as their texts.
    """

    async def test_it_says_its_format_and_media_type(self, exporter: Exporter) -> None:
        assert exporter.format.isidentifier()
        assert exporter.format == exporter.format.lower()
        assert "/" in exporter.content_type

    async def test_rows_follow_the_names_of_their_columns(
        self, exporter: Exporter, read_back: ReadBack
    ) -> None:
        batches: list[list[Row]] = [[["a", 1], ["b", 2]], [["c", 3]]]
        header, *rows = read_back(await _whole(exporter, [NAME, COUNT], batches))
        assert list(header) == ["name", "count"]
        assert [(name, int(count)) for name, count in rows] == [("a", 1), ("b", 2), ("c", 3)]

    @pytest.mark.parametrize("batches", [[], [[]]], ids=["no batch", "an empty batch"])
    async def test_a_table_without_rows_still_has_its_columns(
        self, exporter: Exporter, read_back: ReadBack, batches: list[list[Row]]
    ) -> None:
        rows = read_back(await _whole(exporter, KINDS, batches))
        assert [list(row) for row in rows] == [[column.name for column in KINDS]]

    async def test_empty_batches_between_others_change_nothing(
        self, exporter: Exporter, read_back: ReadBack
    ) -> None:
        batches: list[list[Row]] = [[], [["a"]], [], [["b"]], []]
        rows = read_back(await _whole(exporter, [NAME], batches))
        assert [list(row) for row in rows] == [["name"], ["a"], ["b"]]

    async def test_texts_and_names_come_back_as_they_went(
        self, exporter: Exporter, read_back: ReadBack
    ) -> None:
        columns = [Column(text, "text") for text in TEXTS]
        rows = read_back(await _whole(exporter, columns, [[TEXTS]]))
        assert [list(row) for row in rows] == [list(TEXTS), list(TEXTS)]

    async def test_every_cell_may_be_none(self, exporter: Exporter, read_back: ReadBack) -> None:
        nothing: Row = [None] * len(KINDS)
        _, row = read_back(await _whole(exporter, KINDS, [[nothing]]))
        assert all(cell in (None, "") for cell in row)
        assert len(row) == len(KINDS)

    async def test_numbers_keep_all_their_bits(
        self, exporter: Exporter, read_back: ReadBack
    ) -> None:
        values = [0.1, -0.0, 1e300, 5e-324, 2.5e-7, 1 / 3, -7.0]
        counts = [0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 7, 8]
        batch: list[Row] = [[count, value] for count, value in zip(counts, values, strict=True)]
        _, *rows = read_back(await _whole(exporter, [COUNT, VALUE], [batch]))
        assert [int(count) for count, _ in rows] == counts
        assert [float(value).hex() for _, value in rows] == [value.hex() for value in values]

    @pytest.mark.parametrize(
        ("value", "word"),
        [(math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity")],
    )
    async def test_nan_and_infinities_are_kept_or_become_their_words(
        self, exporter: Exporter, read_back: ReadBack, value: float, word: str
    ) -> None:
        _, [cell] = read_back(await _whole(exporter, [VALUE], [[[value]]]))
        assert cell == word or repr(cell) == repr(value)

    async def test_true_and_false_are_told_apart(
        self, exporter: Exporter, read_back: ReadBack
    ) -> None:
        _, *rows = read_back(await _whole(exporter, [DONE], [[[True], [False]]]))
        assert [str(cell).lower() for [cell] in rows] == ["true", "false"]

    async def test_times_from_the_first_to_the_last_can_be_said(
        self, exporter: Exporter, read_back: ReadBack
    ) -> None:
        times = [0, 1_767_319_445_678, 253_402_300_800_000, 8_640_000_000_000_000]
        _, *rows = read_back(await _whole(exporter, [AT], [[[time] for time in times]]))
        assert len({cell for [cell] in rows}) == len(times)

    async def test_any_json_value_can_be_said(
        self, exporter: Exporter, read_back: ReadBack
    ) -> None:
        values: list[JsonValue] = [True, 3, 0.5, "text", [1, None, "x"], {"k": {"é": [True]}}]
        batch: list[Row] = [[value] for value in values]
        _, *rows = read_back(await _whole(exporter, [ANYTHING], [batch]))
        assert len(rows) == len(values)
        assert rows[3] in (["text"], ("text",), ['"text"'], ('"text"',))

    async def test_the_first_bytes_come_before_the_last_batch_was_asked_for(
        self, exporter: Exporter
    ) -> None:
        asked: list[int] = []

        async def batches() -> AsyncIterator[Sequence[Row]]:
            for number in range(3):
                asked.append(number)
                yield [[f"{number}-{row}"] for row in range(1_000)]

        pieces = exporter.write(Table([NAME], batches()))
        assert await anext(pieces)
        assert 2 not in asked
        assert b"".join([piece async for piece in pieces])
        assert asked == [0, 1, 2]

    async def test_an_error_of_the_batches_is_passed_on(self, exporter: Exporter) -> None:
        error = LookupError("the store went away")

        async def broken() -> AsyncIterator[Sequence[Row]]:
            yield [["a"]]
            raise error

        with pytest.raises(LookupError) as passed_on:
            _ = [piece async for piece in exporter.write(Table([NAME], broken()))]
        assert passed_on.value is error

    async def test_two_files_are_written_side_by_side(
        self, exporter: Exporter, read_back: ReadBack
    ) -> None:
        contents = await asyncio.gather(
            *(_whole(exporter, [NAME], [[[text]], [[text]]]) for text in ("a", "b"))
        )
        rows = [[list(row) for row in read_back(content)] for content in contents]
        assert rows == [[["name"], [text], [text]] for text in ("a", "b")]


async def _whole(
    exporter: Exporter, columns: Sequence[Column], batches: Sequence[Sequence[Row]]
) -> bytes:
    async def coming() -> AsyncIterator[Sequence[Row]]:
        for batch in batches:
            await asyncio.sleep(0)
            yield batch

    return b"".join([piece async for piece in exporter.write(Table(columns, coming()))])
