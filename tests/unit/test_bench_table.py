"""Results: kept as JSON, shown as a table."""

from pathlib import Path

import pytest

from bench.figures import Figure
from bench.results import Results
from bench.table import table
from bench.workload import Lost, Row, verify

RATE = Row("rate", 1, "single metrics", "/s", more=True)
COLUMNS = Row("columns", 3, "as columns", "points/s", more=True, against="rate")
LIST = Row("list", 5, "newest runs", "ms")


def results() -> Results:
    return Results(
        about={"date": "2026-01-01"},
        targets=["ours", "theirs"],
        rows=[RATE, COLUMNS, LIST],
        figures={
            "rate": {"ours": Figure((200.0, 100.0, 300.0)), "theirs": Figure((100.0,))},
            "columns": {"ours": Figure((1_000.0,))},
            "list": {"ours": Figure((2.0,))},
        },
        notes=["Something is to be known."],
    )


def cells(row: str) -> list[str]:
    line = next(line for line in table(results()).splitlines() if row in line)
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_line_has_medians_their_spread_and_the_ratio() -> None:
    assert cells("single metrics") == [
        *("1", "single metrics", "/s", "200 (100 to 300)", "100", "2")
    ]


def test_a_row_that_a_peer_cannot_fill_stands_against_another_of_its_own() -> None:
    assert cells("as columns")[3:] == ["1,000", "100", "10.0"]


def test_a_row_of_ours_is_never_filled_from_another() -> None:
    only_theirs = Results(
        {}, ["ours", "theirs"], [COLUMNS], {"rate": results().figures["rate"]}, []
    )
    assert only_theirs.of(COLUMNS, "ours") is None
    assert only_theirs.of(COLUMNS, "theirs") == Figure((100.0,))


def test_what_was_not_measured_is_a_gap() -> None:
    assert cells("newest runs")[3:] == ["2", "\N{EN DASH}", "\N{EN DASH}"]


def test_notes_stand_below_the_table() -> None:
    assert table(results()).endswith("\n\n- Something is to be known.\n")


def test_results_are_read_as_they_were_kept(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "results.json"
    results().save(file)
    assert Results.load(file) == results()


def test_what_is_lost_is_said() -> None:
    with pytest.raises(Lost, match="points of r1: expected 7, found 6"):
        verify("points of r1", 6, expected=7)
