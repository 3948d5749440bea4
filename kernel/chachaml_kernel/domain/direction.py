"""Which way a metric gets better."""

import re
from collections.abc import Collection, Mapping
from math import isfinite

LOWER_IS_BETTER = (
    *("loss", "error", "err", "perplexity", "ppl", "nll", "bce", "mae", "mse", "rmse", "msle"),
    *("rmsle", "mape", "smape", "wer", "cer", "fid", "eer", "pinball"),
)
"""Words in keys of metrics that get better as they fall."""

LONG = 4
"""A word of so many letters also counts at the end of another one: `loss` in `logloss`."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def higher_is_better(key: str, lower: Collection[str] = LOWER_IS_BETTER) -> bool:
    """Tell whether more is better of a metric, which is so unless its key says otherwise.

    It does where the part behind its last `/` has one of the words `lower`, in any case: alone,
    between other characters, as in `val_loss`, `valLoss` and `mse2`, or, if it has four letters or
    more, at the end of a longer word, as in `logloss`.
    """
    words = [word.lower() for word in _WORD.findall(key.rpartition("/")[2])]
    endings = tuple(word for word in lower if len(word) >= LONG)
    return not any(word in lower or word.endswith(endings) for word in words)


def best(values: Mapping[str, float], *, higher: bool) -> list[str]:
    """Return the keys of the best values; NaN and infinities never are."""
    numbers = [value for value in values.values() if isfinite(value)]
    if not numbers:
        return []
    wanted = max(numbers) if higher else min(numbers)
    return [key for key, value in values.items() if value == wanted]
