"""What differs between runs, and which of them stand out."""

from typing import Any

import pytest
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.differences import dataset_facts, differs, flatten, odd


def test_nested_facts_are_taken_apart_but_arrays_are_not() -> None:
    facts: dict[str, Any] = {
        "git": {"sha": "a1", "dirty": True, "refs": {}},
        "gpus": [{"name": "a"}],
    }
    flat = {"git.sha": "a1", "git.dirty": True, "git.refs": {}, "gpus": [{"name": "a"}]}
    assert flatten(facts) == flat


def test_datasets_are_told_apart_by_role_and_then_by_age() -> None:
    datasets = [
        Dataset(role="train", name="young", created_at=2),
        Dataset(role="train", name="old", created_at=1, n_rows=0, features={"x": "float"}),
        Dataset(role="test", hash="ab"),
    ]
    assert dataset_facts(datasets) == {
        "train.name": "old",
        "train.n_rows": 0,
        "train.features.x": "float",
        "train 2.name": "young",
        "test.hash": "ab",
    }


@pytest.mark.parametrize(
    ("values", "count", "is_different"),
    [
        ({"a": 1, "b": 1.0}, 2, False),
        ({"a": 1, "b": True}, 2, True),
        ({"a": 1, "b": 1}, 3, True),
        ({"a": None}, 1, False),
    ],
)
def test_runs_differ_in_value_or_by_having_none(
    values: dict[str, Any], count: int, is_different: bool
) -> None:
    assert differs(values, count) == is_different


@pytest.mark.parametrize(
    ("values", "baseline", "strange"),
    [
        ({"a": 1, "b": 2, "c": 1}, None, {"b"}),
        ({"a": 1, "c": 1}, None, {"b"}),
        ({"a": 2}, None, {"a"}),
        ({"a": 1, "b": 2, "c": 3}, None, set()),
        ({"a": 1, "b": 2, "c": 1}, "b", {"a", "c"}),
        ({"a": 1, "b": 2, "c": 3}, "a", {"b", "c"}),
        ({"a": 1}, "b", {"a"}),
    ],
)
def test_odd_is_what_most_runs_or_the_baseline_do_not_have(
    values: dict[str, Any], baseline: str | None, strange: set[str]
) -> None:
    assert set(odd(values, ["a", "b", "c"], baseline=baseline)) == strange


def test_nothing_is_odd_where_less_than_half_of_the_runs_are_alike() -> None:
    values = {"a": 1, "b": 1, "c": 2, "d": 3, "e": 4}
    assert set(odd(values, [*values])) == set()
    assert set(odd(values, ["a", "b", "c", "d"])) == {"c", "d"}


def test_of_two_usual_values_the_earliest_run_has_the_usual_one() -> None:
    values = {"a": 1, "b": 2, "c": 2, "d": 1}
    assert set(odd(values, ["a", "b", "c", "d"])) == {"b", "c"}
