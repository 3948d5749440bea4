"""Rules about figures, and what is read from Linux."""

import random

import pytest

from bench.curve import losses
from bench.figures import Figure, ahead, digits, percentile
from bench.processes import pss_of


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.01, 1), (0.5, 50), (0.501, 51), (0.99, 99), (1.0, 100)]
)
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(
    share: float, expected: int
) -> None:
    values = [float(value) for value in range(1, 101)]
    random.Random(1).shuffle(values)
    assert percentile(values, share) == expected


def test_a_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 0.99) == percentile([7.0], 0.01) == 7


def test_a_figure_knows_its_middle_and_its_ends() -> None:
    figure = Figure((3.0, 10.0, 1.0))
    assert (figure.median, figure.low, figure.high) == (3, 1, 10)


def test_who_does_twice_as_much_is_twice_as_far_ahead() -> None:
    assert ahead(Figure((200.0,)), Figure((100.0,)), more=True) == 2


def test_who_takes_half_as_long_is_twice_as_far_ahead() -> None:
    assert ahead(Figure((50.0,)), Figure((100.0,)), more=False) == 2


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.01234, "0.0123"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12,346")],
)
def test_a_figure_is_shown_with_about_three_digits(value: float, shown: str) -> None:
    assert digits(value) == shown


def test_shared_memory_is_summed_over_all_that_is_mapped() -> None:
    smaps = "Rss:  4096 kB\nPss:  2048 kB\nPss_Dirty:  512 kB\nRss: 8 kB\nPss:  1024 kB\n"
    assert pss_of(smaps) == 3


def test_no_memory_is_read_of_a_process_that_is_gone() -> None:
    assert pss_of("") == 0


def test_a_loss_falls_and_is_the_same_each_time() -> None:
    curve = losses(1_000)
    assert curve == losses(1_000)
    assert curve != losses(1_000, seed=2)
    assert sum(curve[:100]) > 2 * sum(curve[-100:])
