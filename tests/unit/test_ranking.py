"""Which params can be ranked, by what, and in which order."""

import math
from typing import Any

import pytest
from chachaml_kernel.domain.values import JsonValue
from chachaml_tools_params.ranking import Association, Unranked, associate, means, ranked, value_of


def pairs(values: list[Any], metric: list[float]) -> list[tuple[Any, float]]:
    return [(value_of(value), measured) for value, measured in zip(values, metric, strict=True)]


@pytest.mark.parametrize(
    ("logged", "value"),
    [
        (1, 1.0),
        (0.5, 0.5),
        (True, "true"),
        (None, None),
        ("0.5", "0.5"),
        ("NaN", "NaN"),
        ([1, {"b": 2, "a": 1}], '[1,{"a":1,"b":2}]'),
    ],
    ids=str,
)
def test_a_param_is_a_number_or_a_text_as_in_queries(logged: JsonValue, value: object) -> None:
    assert value_of(logged) == value


def test_long_texts_that_begin_alike_stay_different_and_short() -> None:
    one, other = value_of("x" * 1_000_000 + "a"), value_of("x" * 1_000_000 + "b")
    assert one != other
    assert one == value_of("x" * 1_000_000 + "a")
    assert len(str(one)) < 300
    assert str(value_of(10**400)).startswith("1000")


def test_a_number_has_a_sign_and_a_text_has_none() -> None:
    falling = associate(pairs([1, 2, 3, 4], [9.0, 7.0, 5.0, 1.0]))
    assert falling == Association(
        kind="number", runs=4, distinct=4, strength=1, by_chance=math.sqrt(1 / 3), sign=-1
    )
    text = associate(pairs(["a", "b", "a", "b"], [1.0, 2.0, 1.0, 2.0]))
    assert text == Association(
        kind="text", runs=4, distinct=2, strength=1, by_chance=math.sqrt(1 / 3), sign=0
    )


def test_a_param_that_is_a_number_in_some_runs_only_is_a_text() -> None:
    mixed = pairs([8, 8, "auto", "8"], [1.0, 2.0, 5.0, 3.0])
    found = associate(mixed)
    assert isinstance(found, Association)
    assert (found.kind, found.distinct) == ("text", 2)
    assert [(each.value, each.runs, each.mean) for each in means(mixed)] == [
        ("8", 3, 2.0),
        ("auto", 1, 5.0),
    ]


@pytest.mark.parametrize(
    ("values", "metric", "reason"),
    [
        ([1, 2], [1.0, 2.0], Unranked.TOO_FEW_RUNS),
        ([1, 1.0, 1], [1.0, 2.0, 3.0], Unranked.CONSTANT),
        (["a", "b", "c"], [1.0, 2.0, 3.0], Unranked.ALL_DIFFERENT),
        ([1, 2, 3], [5.0, 5.0, 5.0], Unranked.METRIC_CONSTANT),
    ],
)
def test_what_nothing_can_be_said_of_is_left_out_with_the_reason(
    values: list[Any], metric: list[float], reason: Unranked
) -> None:
    assert associate(pairs(values, metric)) is reason
    assert ranked({"p": pairs(values, metric)}) == ([], {reason: ["p"]})


def test_a_text_with_many_values_comes_behind_a_number_that_it_exceeds_by_chance_alone() -> None:
    metric = [float(i) for i in range(10)]
    number = pairs([0, 1, 2, 3, 5, 4, 6, 7, 9, 8], metric)
    text = pairs([*"abcdefghii"], metric)
    order, left_out = ranked({"text": text, "number": number})
    assert [key for key, _ in order] == ["number", "text"]
    assert order[1][1].strength > order[0][1].strength
    assert not left_out


def test_equal_params_come_by_name() -> None:
    same = pairs([1, 2, 3], [1.0, 2.0, 3.0])
    assert [key for key, _ in ranked({"b": same, "a": same})[0]] == ["a", "b"]


def test_the_mean_of_the_largest_values_is_finite() -> None:
    largest = 1.7976931348623157e308
    assert means([("a", largest)] * 3)[0].mean == largest
