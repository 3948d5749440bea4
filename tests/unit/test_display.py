"""How far a command is, as a person reads it."""

import io

import pytest
from chachaml_kernel.commands.display import Display, size
from chachaml_kernel.domain.keeping import Progress


def shown(*steps: tuple[float, int], drawing: bool, total: int = 1_000) -> str:
    """Return what is shown of steps: a time in seconds, and how much is done by then."""
    now = 0.0
    stream = io.StringIO()
    display = Display(stream, drawing=drawing, clock=lambda: now)
    for now, done in steps:  # noqa: B007
        display.tell(Progress("points", done, total))
    display.close()
    return stream.getvalue()


def test_elsewhere_than_on_a_terminal_each_tenth_is_a_line() -> None:
    steps = [(number / 100, number * 10) for number in range(101)]
    lines = shown(*steps, drawing=False).splitlines()
    assert len(lines) == 11
    assert lines[0] == "points: 0 %, 0 of 1,000"
    assert lines[3] == "points: 30 %, 300 of 1,000"
    assert lines[10] == "points: 100 %, 1,000 of 1,000, 1,000 a second"


def test_on_a_terminal_one_line_is_drawn_anew() -> None:
    text = shown((10.0, 0), (10.05, 400), (12.0, 500), (12.0, 1_000), drawing=True)
    assert "\n" not in text[:-1]
    drawn = text.removesuffix("\n").split("\r")[1:]
    assert drawn == [
        "[........................] points: 0 %, 0 of 1,000\x1b[K",
        "[############............] points: 50 %, 500 of 1,000, 250 a second\x1b[K",
        "[########################] points: 100 %, 1,000 of 1,000, 500 a second\x1b[K",
    ]


@pytest.mark.parametrize("drawing", [True, False])
def test_nothing_is_shown_of_nothing(drawing: bool) -> None:
    assert shown((0.0, 0), drawing=drawing, total=0) == ""


def test_what_comes_next_has_a_line_of_its_own() -> None:
    stream = io.StringIO()
    display = Display(stream, drawing=True, clock=lambda: 1.0)
    for what in ("points", "bytes"):
        display.tell(Progress(what, 5, 5))
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1 KB"),
        (7_680_000, "7.68 MB"),
        (999_499, "999 KB"),
        (999_600, "1 MB"),
        (5 * 10**18, "5e+03 PB"),
    ],
)
def test_sizes_have_the_unit_that_suits_them(count: int, text: str) -> None:
    assert size(count) == text
