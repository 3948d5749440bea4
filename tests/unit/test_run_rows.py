from typing import Any

import pytest
from chachaml_kernel.domain.query import Sort
from chachaml_kernel.domain.runs import RunStatus
from chachaml_ui.pages.runs.cells import Cell
from chachaml_ui.pages.runs.columns import Column
from chachaml_ui.pages.runs.rows import Fold, Line
from chachaml_ui.pages.runs.table import Head, Strip, Table
from chachaml_ui.pages.runs.writing import KEPT, write_rows
from markupsafe import Markup
from msgspec.structs import replace

LINE = Line(
    id="0193b1c2",
    short="93b1c2",
    name="warm-up",
    href="/runs/0193b1c2",
    status=RunStatus.COMPLETED,
    error="",
    experiment="digits",
    of_experiment="/runs?experiment=digits",
    author="ada",
    of_author="/runs?created_by=ada",
    when="5 min ago",
    precise="2026-11-23T05:00:00Z",
    lasted="54 s",
    fold=None,
    parent=None,
    depth=0,
)
CELL = Cell("0.91", "0.912345", "n")


def written(
    line: Line = LINE, cell: Cell = CELL, *, of_many: bool = True, **of_table: Any
) -> Markup:
    head = Head("metric", "", "acc", "acc", Sort("metric", "acc"), "n", "metric.acc")
    strips = [Strip(head, [cell])]
    whole = Table([Column("metric", "acc")], strips, **{"sparked": None, "curve": "", **of_table})
    [row] = write_rows(whole, [line], of_many=of_many)
    return row


@pytest.mark.parametrize(
    "other",
    [
        {"id": "0193b1c3"},
        {"short": "93b1c3"},
        {"name": "warm-down"},
        {"href": "/runs/0193b1c3"},
        {"status": RunStatus.FAILED},
        {"error": "out of memory"},
        {"experiment": "letters"},
        {"of_experiment": "/runs?experiment=letters"},
        {"author": "grace"},
        {"of_author": "/runs?created_by=grace"},
        {"when": "6 min ago"},
        {"precise": "2026-11-23T05:00:01Z"},
        {"lasted": "55 s"},
        {"fold": Fold("/runs?open=0193b1c2", 3, is_open=False, rest="")},
        {"parent": "0193b1c1"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_row_that_was_kept_is_not_shown_where_anything_in_it_differs(
    other: dict[str, Any],
) -> None:
    kept = written()
    assert written(replace(LINE, **other)) != kept
    assert written() == kept


@pytest.mark.parametrize(
    "other",
    [
        {"text": "0.92"},
        {"title": "0.912346"},
        {"looks": "n edge"},
        {"is_text": True},
        {"is_best": True},
        {"key": "acc"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_row_that_was_kept_is_not_shown_where_a_cell_differs(other: dict[str, Any]) -> None:
    assert written(cell=replace(CELL, **other)) != written()


def test_a_row_that_was_kept_is_not_shown_in_a_table_of_another_kind() -> None:
    rows = [
        written(),
        written(of_many=False),
        written(sparked=0, curve="acc"),
        written(sparked=0, curve="loss"),
    ]
    assert len(set(rows)) == len(rows)


def test_what_people_wrote_is_escaped_in_rows() -> None:
    foul = '<b title="x">'
    line = replace(LINE, name=foul, error=foul, experiment=foul, author=foul)
    row = written(line, replace(CELL, text=foul, title=foul, key=foul), sparked=0)
    assert "<b " not in row
    assert '"x"' not in row
    assert row.count("&lt;b title=&#34;x&#34;&gt;") == row.count("&lt;b")


def test_a_row_is_written_once() -> None:
    row = written(replace(LINE, name="once"))
    assert written(replace(LINE, name="".join(("on", "ce")))) is row


def test_a_table_of_many_rows_does_not_drop_those_that_others_see_again() -> None:
    row = written()
    head = Head("metric", "", "acc", "acc", Sort("metric", "acc"), "n", "metric.acc")
    many = [replace(LINE, name=f"one of many {number}") for number in range(KEPT)]
    table = Table([Column("metric", "acc")], [Strip(head, [CELL] * KEPT)], sparked=None, curve="")
    assert len(set(write_rows(table, many, of_many=True))) == KEPT
    assert written() is row


def test_rows_beyond_those_that_are_kept_are_written_anew() -> None:
    names = [f"run {number}" for number in range(KEPT + 10)]
    for _ in range(2):
        rows = [written(replace(LINE, name=name)) for name in names]
        assert all(f"<bdi>{name}</bdi>" in row for name, row in zip(names, rows, strict=True))
