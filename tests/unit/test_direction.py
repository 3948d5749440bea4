"""Which way a metric gets better, by its key."""

import math

import pytest
from chachaml_kernel.domain.direction import best, higher_is_better


@pytest.mark.parametrize(
    "key",
    [
        *("loss", "val/loss", "val_loss", "valLoss", "LOSS", "logloss", "train/CrossEntropyLoss"),
        *("error_rate", "top-1 err", "test.rmse", "mse2", "WER", "perplexity", "loss (smoothed)"),
    ],
)
def test_losses_and_errors_get_better_as_they_fall(key: str) -> None:
    assert not higher_is_better(key)


@pytest.mark.parametrize(
    "key",
    [
        *("accuracy", "f1", "loss/accuracy", "AUC", "answer", "power", "glossary", "errand"),
        *("lossless", "recall@10", "", "größe"),
    ],
)
def test_all_else_gets_better_as_it_rises(key: str) -> None:
    assert higher_is_better(key)


def test_other_words_can_be_said_to_mean_that_lower_is_better() -> None:
    assert not higher_is_better("val/latency_ms", ("latency",))
    assert higher_is_better("loss", ("latency",))
    assert higher_is_better("loss", ())


@pytest.mark.parametrize(
    ("values", "higher", "expected"),
    [
        ({}, True, []),
        ({"a": 1.0, "b": 2.0}, True, ["b"]),
        ({"a": 1.0, "b": 2.0}, False, ["a"]),
        ({"a": 2.0, "b": 1.0, "c": 2.0}, True, ["a", "c"]),
        ({"a": math.nan, "b": -1.0, "c": math.inf}, True, ["b"]),
        ({"a": math.nan, "b": -math.inf}, False, []),
    ],
)
def test_the_best_is_a_finite_number(
    values: dict[str, float], higher: bool, expected: list[str]
) -> None:
    assert best(values, higher=higher) == expected
