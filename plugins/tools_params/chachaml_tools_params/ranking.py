"""Which params go along with a metric: from what runs have to the order of their params."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from statistics import mean
from typing import Literal, TypeAlias

from chachaml_kernel.domain.values import JsonValue, double_of, number_text, text_of
from msgspec import Struct

from chachaml_tools_params.association import by_chance, correlation_ratio, spearman

FEWEST = 3
"""Runs that have a param; fewer say nothing about it."""
LONGEST = 200
"""Characters of a text that are kept."""

Value: TypeAlias = float | str
"""A param as a query has it: a number, or a text."""
Pairs: TypeAlias = Sequence[tuple[Value, float]]
"""The value of a param and that of the metric, of each run that has both."""


class Unranked(StrEnum):
    """Why nothing can be said of a param."""

    CONSTANT = "constant"
    ALL_DIFFERENT = "all_different"
    TOO_FEW_RUNS = "too_few_runs"
    METRIC_CONSTANT = "metric_constant"


class Association(Struct, frozen=True, kw_only=True):
    """How closely a param goes along with the metric, from 0 to 1, and how closely by chance.

    `sign` is 1 where the metric rises with the param, -1 where it falls, and 0 of texts.
    """

    kind: Literal["number", "text"]
    runs: int
    distinct: int
    strength: float
    by_chance: float
    sign: int

    @property
    def beyond_chance(self) -> float:
        """The share of the variance of ranks that goes with the param, less what chance brings.

        1 at most, and negative below what chance brings. It is epsilon squared: T. L. Kelley, "An
        Unbiased Correlation Ratio Measure", 1935.
        """
        expected = self.by_chance**2
        return (self.strength**2 - expected) / (1 - expected)


class ValueMean(Struct, frozen=True):
    """A text that some runs have as a param, and the mean of the metric over them."""

    value: str
    runs: int
    mean: float


def value_of(value: JsonValue) -> Value | None:
    """Return a param as a query has it, none for null; a long text as its beginning and digest."""
    if value is None:
        return None
    number = double_of(value)
    if number is not None:
        return number
    text = text_of(value)
    if len(text) <= LONGEST:
        return text
    digest = sha256(text.encode()).hexdigest()[:12]
    return f"{text[:LONGEST]}… ({len(text) - LONGEST:,} characters more, SHA-256 {digest}…)"


def associate(pairs: Pairs) -> Association | Unranked:
    """Return how closely a param goes along with the metric, or why that cannot be said.

    A param is a number if it is one in all runs, else a text.
    """
    metric = [value for _, value in pairs]
    numbers = [value for value, _ in pairs if isinstance(value, float)]
    is_number = len(numbers) == len(pairs)
    texts = [] if is_number else [_text(value) for value, _ in pairs]
    distinct = len({*numbers} if is_number else {*texts})
    if len(pairs) < FEWEST:
        return Unranked.TOO_FEW_RUNS
    if distinct == 1:
        return Unranked.CONSTANT
    if distinct == len(pairs) and not is_number:
        return Unranked.ALL_DIFFERENT
    if len(set(metric)) == 1:
        return Unranked.METRIC_CONSTANT
    found = spearman(numbers, metric) if is_number else correlation_ratio(texts, metric)
    return Association(
        kind="number" if is_number else "text",
        runs=len(pairs),
        distinct=distinct,
        strength=abs(found),
        by_chance=by_chance(len(pairs), 2 if is_number else distinct),
        sign=(found > 0) - (found < 0) if is_number else 0,
    )


def ranked(
    params: Mapping[str, Pairs],
) -> tuple[Sequence[tuple[str, Association]], Mapping[Unranked, Sequence[str]]]:
    """Return the params, those first that go along most beyond chance, and those left out."""
    order: list[tuple[str, Association]] = []
    left_out: dict[Unranked, list[str]] = {}
    for key in sorted(params):
        found = associate(params[key])
        if isinstance(found, Unranked):
            left_out.setdefault(found, []).append(key)
        else:
            order.append((key, found))
    order.sort(key=lambda each: -each[1].beyond_chance)
    return order, left_out


def means(pairs: Iterable[tuple[Value, float]]) -> Sequence[ValueMean]:
    """Return the mean of the metric for each value of a param, the most frequent value first."""
    by_value: dict[str, list[float]] = {}
    for value, metric in pairs:
        by_value.setdefault(_text(value), []).append(metric)
    found = [ValueMean(value, len(within), mean(within)) for value, within in by_value.items()]
    return sorted(found, key=lambda each: (-each.runs, each.value))


def _text(value: Value) -> str:
    """Return a value of a param that is not a number in all runs."""
    return value if isinstance(value, str) else number_text(value).removesuffix(".0")
