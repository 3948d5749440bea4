"""What the tool answers."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from chachaml_kernel.tools.shapes import Url
from msgspec import Meta

from chachaml_tools_params.ranking import Association, Pairs, Unranked, means

MAX_MEANS = 10
"""Values of a param that are shown with their means."""
MAX_KEYS = 50
"""Params that are named of those that cannot be ranked for one reason."""

CAUTION = (
    "What goes along with a metric need not move it: params that were changed together, or as time "
    "went on, cannot be told apart here. A strength near by_chance is no sign of anything, and of "
    "many params the strongest exceeds it by chance."
)
FEW = 30
"""Below so many runs that they are few is said."""


class MeanOf(msgspec.Struct, frozen=True, kw_only=True):
    """The mean of the metric over the runs that have a value of a param."""

    value: str
    runs: int
    mean: float


class ParamRank(msgspec.Struct, frozen=True, kw_only=True):
    """How closely a param goes along with the metric, over the `runs` that have both.

    `strength` is from 0 to 1: of a number, Spearman's rank correlation without its sign, which
    `metric` tells; of a text, the correlation ratio of the metric's ranks, with the metric's mean
    for each value, the most frequent first. Params without any bearing reach `by_chance`.
    """

    key: str
    kind: Literal["number", "text"]
    runs: int
    distinct: Annotated[int, Meta(description="how many values the param has")]
    strength: float
    by_chance: float
    metric: Annotated[
        Literal["rises", "falls"] | None,
        Meta(description="what the metric does as the param rises"),
    ] = None
    means: list[MeanOf] = []
    more_means: int = 0


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """How many params, and the first of them by name."""

    count: int
    keys: list[str]


class ParamRanks(msgspec.Struct, frozen=True, kw_only=True):
    """Params, those first that go along most with the metric beyond chance; `remaining` follow.

    Compared were the newest `runs` with a finite latest value; `without_metric` have none, and
    `older` were not read. `unranked` are params, by reason, that have one value, that have another
    text in each run, that too few runs have, or in whose runs the metric has one value.
    """

    experiment: str
    url: Url
    metric_key: str
    better: Annotated[
        Literal["higher", "lower"] | None, Meta(description="which values of the metric are better")
    ]
    runs: int
    without_metric: int
    older: int
    params: list[ParamRank]
    remaining: int
    unranked: Mapping[Unranked, Keys]
    caution: str


def param_rank(key: str, found: Association, pairs: Pairs) -> ParamRank:
    """Return the row of a param; a text comes with the means of its most frequent values."""
    shown = means(pairs) if found.kind == "text" else ()
    return ParamRank(
        key=key,
        kind=found.kind,
        runs=found.runs,
        distinct=found.distinct,
        strength=round(found.strength, 4),
        by_chance=round(found.by_chance, 4),
        metric="rises" if found.sign > 0 else "falls" if found.sign < 0 else None,
        means=[
            MeanOf(value=each.value, runs=each.runs, mean=each.mean) for each in shown[:MAX_MEANS]
        ],
        more_means=max(0, len(shown) - MAX_MEANS),
    )


def caution(runs: int) -> str:
    """Return what must be said of a ranking over so many runs."""
    few = f" {runs} {'run is' if runs == 1 else 'runs are'} few: one more may change the order."
    return f"{CAUTION}{few if runs < FEW else ''}"
