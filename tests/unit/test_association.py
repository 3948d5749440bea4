"""What says how closely a param goes along with a metric, against identities and brute force."""

import math
from collections.abc import Sequence
from itertools import permutations
from statistics import mean

import pytest
from chachaml_tools_params.association import by_chance, correlation_ratio, ranks, spearman
from hypothesis import assume, given
from hypothesis import strategies as st

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SERIES = st.lists(FINITE | st.integers(-3, 3).map(float), min_size=3, max_size=12)
FEW = st.lists(st.integers(0, 2).map(float), min_size=3, max_size=4)


@given(SERIES)
def test_a_rank_counts_the_lesser_values_and_half_the_equal_ones(values: list[float]) -> None:
    for value, rank in zip(values, ranks(values), strict=True):
        lesser = sum(other < value for other in values)
        assert rank == lesser + (values.count(value) + 1) / 2


def columns(data: st.DataObject, *kinds: st.SearchStrategy[float]) -> list[list[float]]:
    """Return columns of one length, of which none is constant."""
    size = data.draw(st.integers(3, 12))
    found = [data.draw(st.lists(kind, min_size=size, max_size=size)) for kind in kinds]
    assume(all(len({*column}) > 1 for column in found))
    return found


@given(st.data())
def test_without_ties_spearman_is_what_the_squared_distances_of_ranks_say(
    data: st.DataObject,
) -> None:
    size = data.draw(st.integers(3, 12))
    xs, ys = (data.draw(st.lists(FINITE, min_size=size, max_size=size, unique=True)) for _ in "xy")
    squares = sum((x - y) ** 2 for x, y in zip(ranks(xs), ranks(ys), strict=True))
    assert spearman(xs, ys) == pytest.approx(1 - 6 * squares / (size * (size**2 - 1)))


@given(st.data())
def test_spearman_is_symmetric_odd_and_blind_to_all_but_the_order(data: st.DataObject) -> None:
    xs, ys = columns(data, FINITE, st.integers(-3, 3).map(float))
    found = spearman(xs, ys)
    assert -1 <= found <= 1
    assert spearman(ys, xs) == pytest.approx(found)
    assert spearman(xs, [-y for y in ys]) == pytest.approx(-found)
    assert spearman(xs, [math.exp(y) for y in ys]) == found
    assert spearman(xs, xs) == 1


@given(st.data())
def test_of_two_classes_the_correlation_ratio_is_spearman_without_its_sign(
    data: st.DataObject,
) -> None:
    classes, ys = columns(data, st.integers(0, 1).map(float), FINITE)
    assert correlation_ratio(classes, ys) == pytest.approx(abs(spearman(classes, ys)), abs=1e-9)


@given(st.data())
def test_the_correlation_ratio_is_what_the_variance_within_classes_leaves(
    data: st.DataObject,
) -> None:
    classes, ys = columns(data, st.integers(0, 3).map(float), st.integers(0, 5).map(float))
    places = ranks(ys)
    by_class = [[places[i] for i, c in enumerate(classes) if c == one] for one in {*classes}]
    within = sum((place - mean(each)) ** 2 for each in by_class for place in each)
    total = sum((place - mean(places)) ** 2 for place in places)
    assert correlation_ratio(classes, ys) ** 2 == pytest.approx(1 - within / total, abs=1e-9)


def test_classes_that_say_it_all_have_the_ratio_one_and_those_that_say_nothing_have_none() -> None:
    assert correlation_ratio(["a", "b", "a", "b"], [1.0, 5.0, 1.0, 5.0]) == 1
    assert correlation_ratio(["a", "a", "b", "b"], [1.0, 4.0, 2.0, 3.0]) == 0


@given(FEW, FEW)
def test_by_chance_is_the_mean_square_over_all_orders_of_the_metric(
    labels: Sequence[float], metric: Sequence[float]
) -> None:
    size = min(len(labels), len(metric), 4)
    labels, metric = labels[:size], metric[:size]
    assume(len({*labels}) > 1)
    assume(len({*metric}) > 1)
    orders = list(permutations(metric))
    ratios = mean(correlation_ratio(labels, order) ** 2 for order in orders)
    assert ratios == pytest.approx(by_chance(size, len({*labels})) ** 2)
    coefficients = mean(spearman(labels, order) ** 2 for order in orders)
    assert coefficients == pytest.approx(by_chance(size, 2) ** 2)
