"""The distribution of a metric as bars."""

import math
from sys import float_info

import pytest
from chachaml_kernel.domain.distribution import Distribution
from chachaml_kernel.domain.query import MetricCondition, Operator
from chachaml_ui.pages.histogram import HEIGHT, ROOM, WIDTH, Histogram, histogram


def drawn(bins: list[int], least: float, greatest: float, wanted: str) -> Histogram:
    """Return the drawing of some bins, with a threshold such as `> 0.5`."""
    op, value = wanted.split()
    spread = Distribution(
        bins=bins, least=least, greatest=greatest, nan=0, below=0, above=0, found=0
    )
    found = histogram(spread, MetricCondition("m", Operator(op), float(value)))
    assert found is not None
    return found


def found(wanted: str) -> list[bool]:
    return [bar.is_found for bar in drawn([1, 1, 1, 1], 0.0, 4.0, wanted).bars]


def test_bars_are_as_high_as_they_have_runs_and_a_single_run_is_seen() -> None:
    bars = drawn([0, 1, 100_000, 50_000], 0.0, 4.0, "> 9").bars
    assert [bar.left for bar in bars] == [160.75, 320.75, 480.75]
    assert [bar.height for bar in bars] == [1.0, HEIGHT - ROOM, (HEIGHT - ROOM) / 2]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("> 2", [False, False, True, True]),
        (">= 1.4", [False, True, True, True]),
        ("< 2", [True, True, False, False]),
        ("<= 9", [True, True, True, True]),
        ("= 1.5", [False, True, False, False]),
        ("!= 1.5", [True, True, True, True]),
        ("!= nan", [False, False, False, False]),
        ("> nan", [False, False, False, False]),
    ],
)
def test_bars_that_satisfy_what_was_asked_stand_out(wanted: str, expected: list[bool]) -> None:
    assert found(wanted) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("> 0", 0.0), ("> 1", WIDTH / 4), ("> 4", WIDTH), ("> 4.1", None), ("> -1", None)],
)
def test_the_threshold_is_drawn_where_it_lies_in_the_range(
    wanted: str, expected: float | None
) -> None:
    assert drawn([1, 1, 1, 1], 0.0, 4.0, wanted).threshold == expected


def test_values_that_are_all_the_same_are_one_bar_with_the_threshold_on_it() -> None:
    whole = drawn([7], 0.5, 0.5, "!= 0.5")
    assert (whole.scale, whole.threshold) == (["0.5000"], WIDTH / 2)
    assert [(bar.begin, bar.end, bar.count, bar.is_found) for bar in whole.bars] == [
        ("0.5000", "0.5000", 7, False)
    ]


def test_a_scale_tells_neighbours_apart() -> None:
    assert drawn([1] * 60, 0.84, 0.96, "> 0.9").scale == [
        "0.8400",
        "0.8700",
        "0.9000",
        "0.9300",
        "0.9600",
    ]
    assert drawn([1] * 60, 0.9, 0.90048, "> 0.9").scale[:2] == ["0.90000", "0.90012"]
    assert drawn([1] * 4, 0.0, 400.0, "> 0.9").scale == ["0", "100", "200", "300", "400"]


def test_few_runs_are_drawn_in_few_bars() -> None:
    assert [bar.count for bar in drawn([1] * 24 + [0] * 36, 0.0, 1.0, "> 0").bars] == [6] * 4
    assert len(drawn([1] * 60, 0.0, 1.0, "> 0").bars) == 20
    assert len(drawn([20] * 60, 0.0, 1.0, "> 0").bars) == 60


def test_the_widest_range_is_drawn() -> None:
    whole = drawn([1, 0, 1], -float_info.max, float_info.max, "> 0")
    assert whole.threshold == WIDTH / 2
    assert all(map(math.isfinite, (bar.left for bar in whole.bars)))


def test_without_a_number_nothing_is_drawn() -> None:
    spread = Distribution(bins=[], least=None, greatest=None, nan=3, below=0, above=0, found=0)
    assert histogram(spread, MetricCondition("m", Operator.GREATER, 1.0)) is None
