"""Which way a metric gets better, if it does, and which of its values is the best."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from math import isfinite

LOWER_IS_BETTER = (
    *("loss", "error", "err", "perplexity", "ppl", "nll", "bce", "mae", "mse", "rmse", "msle"),
    *("rmsle", "mape", "smape", "wer", "cer", "fid", "eer", "pinball"),
)
"""Words in keys of metrics that get better as they fall."""

NEITHER = frozenset(
    {
        *("lr", "learning_rate", "grad_norm", "gradient_norm", "momentum", "weight_decay"),
        *("step", "steps", "global_step", "epoch", "epochs", "iteration", "iterations"),
        "timestamp",
    }
)
"""What keys say, word by word, of metrics that tell how a run goes on and not how well."""

SPLITS = frozenset({"train", "training", "val", "valid", "validation", "test", "eval"})
"""First words of a key that change nothing of what it says."""

MACHINE = ("sys", "system")
"""First parts of keys whose metrics tell how a machine does, as in `system/gpu_memory`."""

LONG = 4
"""A word of so many letters also counts at the end of another one: `loss` in `logloss`."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def higher_is_better(key: str, lower: Collection[str] = LOWER_IS_BETTER) -> bool | None:
    """Tell whether more is better of a metric, which is so unless its key says otherwise.

    Less is where the part behind its last `/` has one of the words `lower`, in any case: alone,
    between other characters, as in `val_loss`, `valLoss` and `mse2`, or, if it has four letters or
    more, at the end of a longer word, as in `logloss`. Neither is, and this returns none, where a
    key does not say that and `gets_better` is false of it.
    """
    endings = tuple(word for word in lower if len(word) >= LONG)
    if any(word in lower or word.endswith(endings) for word in _words(key)):
        return False
    return True if gets_better(key) else None


@lru_cache(maxsize=10_000)
def gets_better(key: str) -> bool:
    """Tell whether a metric says how well a run goes, which it does unless its key is well known.

    That is one whose part before the first `/` is one of `MACHINE`, or whose part behind the last
    `/` is one of `NEITHER`, alone, with a number, or behind a word such as `train`: `system/cpu`,
    `grad_norm`, `lr-0`, `trainLearningRate`. `epoch_time` and `acc_epoch` are none.
    """
    first, slash, _ = key.partition("/")
    if slash and first.lower() in MACHINE:
        return False
    words = _words(key)
    said = words[1:] if words[:1] and words[0] in SPLITS else words
    return "_".join(said) not in NEITHER


def best_of(values: Collection[float], *, higher: bool | None) -> float | None:
    """Return the best of the values, which NaN and infinities never are.

    None unless two of them differ, and where `higher` is none: neither more nor less is better.
    """
    finite = {value for value in values if isfinite(value)}
    if higher is None or len(finite) < 2:
        return None
    return max(finite) if higher else min(finite)


def best(values: Mapping[str, float], *, higher: bool | None) -> list[str]:
    """Return the keys of the best values; see `best_of`."""
    wanted = best_of(values.values(), higher=higher)
    return [key for key, value in values.items() if value == wanted]


def _words(key: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(key.rpartition("/")[2])]
