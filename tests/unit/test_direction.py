"""Which way a metric gets better, by its key."""

import math

import pytest
from chachaml_kernel.domain.direction import best, best_of, higher_is_better


@pytest.mark.parametrize(
    "key",
    [
        *("loss", "val/loss", "val_loss", "valLoss", "LOSS", "logloss", "train/CrossEntropyLoss"),
        *("error_rate", "top-1 err", "test.rmse", "mse2", "WER", "perplexity", "loss (smoothed)"),
    ],
)
def test_losses_and_errors_get_better_as_they_fall(key: str) -> None:
    assert higher_is_better(key) is False


@pytest.mark.parametrize(
    "key",
    [
        *("accuracy", "f1", "loss/accuracy", "AUC", "answer", "power", "glossary", "errand"),
        *("lossless", "recall@10", "", "größe"),
    ],
)
def test_all_else_gets_better_as_it_rises(key: str) -> None:
    assert higher_is_better(key)


@pytest.mark.parametrize(
    "key",
    [
        *("lr", "train/lr", "lr-0", "train_lr", "learning_rate", "learningRate", "LR"),
        *("grad_norm", "train/grad_norm", "trainGradNorm", "epoch", "val/epoch", "global_step"),
        *("sys/mem_bytes", "system/gpu/0/memory", "System/cpu"),
    ],
)
def test_of_what_tells_how_a_run_goes_on_neither_is_better(key: str) -> None:
    assert higher_is_better(key) is None


@pytest.mark.parametrize(
    "key",
    ["acc_epoch", "epoch_time", "step_reward", "train", "val/", "norm", "system", "sysop/score"],
)
def test_a_key_that_only_has_such_a_word_gets_better_as_it_rises(key: str) -> None:
    assert higher_is_better(key) is True


def test_other_words_can_be_said_to_mean_that_lower_is_better() -> None:
    assert not higher_is_better("val/latency_ms", ("latency",))
    assert higher_is_better("loss", ("latency",))
    assert higher_is_better("loss", ())
    assert higher_is_better("grad_norm", ("grad",)) is False
    assert higher_is_better("system/power", ("power",)) is False


@pytest.mark.parametrize(
    ("values", "higher", "expected"),
    [
        ({}, True, []),
        ({"a": 1.0}, True, []),
        ({"a": 1.0, "b": 1.0}, True, []),
        ({"a": 1.0, "b": 2.0}, None, []),
        ({"a": 1.0, "b": math.nan}, True, []),
        ({"a": 1.0, "b": 2.0}, True, ["b"]),
        ({"a": 1.0, "b": 2.0}, False, ["a"]),
        ({"a": 2.0, "b": 1.0, "c": 2.0}, True, ["a", "c"]),
        ({"a": math.nan, "b": -1.0, "c": math.inf, "d": -2.0}, True, ["b"]),
        ({"a": math.nan, "b": -math.inf}, False, []),
    ],
)
def test_the_best_is_a_finite_number_that_not_all_have(
    values: dict[str, float], higher: bool | None, expected: list[str]
) -> None:
    assert best(values, higher=higher) == expected
    assert best_of(values.values(), higher=higher) == (values[expected[0]] if expected else None)
