"""Results: kept as JSON, shown as a table."""

from pathlib import Path

import pytest

from bench.figures import Figure
from bench.results import Results
from bench.table import GAP, table
from bench.workload import Lost, Row, verify

RATE = Row("rate", 1, "single metrics", "/s", more=True)
COLUMNS = Row("columns", 3, "as columns", "points/s", more=True, against="rate")
ARROW = Row("arrow", 3, "as Arrow", "points/s", more=True, against="rate")
LIST = Row("list", 5, "newest runs", "ms")


def results() -> Results:
    return Results(
        about={"date": "2026-01-01"},
        ours=["ours", "with extras"],
        peers=["theirs"],
        rows=[RATE, COLUMNS, ARROW, LIST],
        figures={
            "rate": {"ours": Figure((200.0, 100.0, 300.0)), "theirs": Figure((100.0,))},
            "columns": {"ours": Figure((1_000.0,))},
            "arrow": {"with extras": Figure((2_000.0,))},
            "list": {"ours": Figure((2.0,))},
        },
        notes=["Something is to be known."],
    )


def cells(row: str) -> list[str]:
    line = next(line for line in table(results()).splitlines() if row in line)
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_line_has_medians_their_spread_and_the_ratio() -> None:
    assert cells("single metrics") == [
        *("1", "single metrics", "/s", "200 (100 to 300)", GAP, "100", "2")
    ]


def test_a_row_that_a_peer_cannot_fill_stands_against_another_of_its_own() -> None:
    assert cells("as columns")[3:] == ["1,000", GAP, "100", "10.0"]


def test_what_only_an_extra_can_do_stands_against_peers_as_well() -> None:
    assert cells("as Arrow")[3:] == [GAP, "2,000", "100", "20.0"]


def test_a_row_of_ours_is_never_filled_from_another() -> None:
    assert results().of(ARROW, "ours") is None
    assert results().of(ARROW, "theirs") == Figure((100.0,))


def test_what_was_not_measured_is_a_gap() -> None:
    assert cells("newest runs")[3:] == ["2", GAP, GAP, GAP]


def test_notes_stand_below_the_table() -> None:
    assert table(results()).endswith("\n\n- Something is to be known.\n")


def test_results_are_read_as_they_were_kept(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "results.json"
    results().save(file)
    assert Results.load(file) == results()


def test_what_is_lost_is_said() -> None:
    with pytest.raises(Lost, match="points of r1: expected 7, found 6"):
        verify("points of r1", 6, expected=7)
