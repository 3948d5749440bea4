"""JSON values: how deep they may be."""

import pytest
from chachaml_kernel.domain.values import MAX_DEPTH, JsonValue, check_value
from chachaml_kernel.errors import Invalid


def nested(depth: int) -> JsonValue:
    """Return so many arrays and objects, by turns, within each other."""
    value: JsonValue = 1
    for level in range(depth):
        value = [value] if level % 2 else {"inner": value, "other": "x"}
    return value


@pytest.mark.parametrize("depth", [0, 1, 63, MAX_DEPTH])
def test_a_value_may_be_nested_to_the_limit(depth: int) -> None:
    assert check_value("param 'x'", nested(depth)) == nested(depth)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 2_000, 100_000])
def test_a_value_that_is_nested_deeper_is_refused(depth: int) -> None:
    with pytest.raises(Invalid, match="param 'x' is nested more than 64 levels deep"):
        check_value("param 'x'", nested(depth))


def test_what_json_cannot_say_becomes_its_word() -> None:
    value: JsonValue = {"a": [float("nan"), 1.5], "b": float("-inf")}
    assert check_value("x", value) == {"a": ["NaN", 1.5], "b": "-Infinity"}
