"""How closely a param goes along with a metric, by ranks: no value weighs more for being far off.

Both measures are on one scale. Of a param with two values, the correlation ratio is what Spearman's
coefficient is, but for its sign; and their squares are shares of the variance of the ranks.
"""

import math
from collections.abc import Hashable, Sequence
from statistics import correlation


def ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value, from 1 on; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    begin = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or values[order[end]] != values[order[begin]]:
            for place in order[begin:end]:
                found[place] = (begin + 1 + end) / 2
            begin = end
    return found


def spearman(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return Spearman's rank correlation coefficient, from -1 to 1.

    It is Pearson's coefficient of the ranks: C. Spearman, "The Proof and Measurement of Association
    between Two Things", 1904; ties as in M. G. Kendall, "Rank Correlation Methods", chapter 3.
    Raises `statistics.StatisticsError` if all values on one side are equal.
    """
    return correlation(ranks(xs), ranks(ys))


def correlation_ratio(labels: Sequence[Hashable], ys: Sequence[float]) -> float:
    """Return the correlation ratio eta of the ranks of `ys` over the classes, from 0 to 1.

    Its square is the share of the variance that is between the classes: K. Pearson, "On the General
    Theory of Skew Correlation and Non-linear Regression", 1905. Of ranks, the square is H / (n - 1)
    with the H of W. H. Kruskal and W. A. Wallis, "Use of Ranks in One-Criterion Variance Analysis",
    1952.
    Not all `ys` may be equal.
    """
    by_label: dict[Hashable, list[float]] = {}
    places = ranks(ys)
    for label, place in zip(labels, places, strict=True):
        by_label.setdefault(label, []).append(place)
    middle = (len(ys) + 1) / 2
    total = math.fsum((place - middle) ** 2 for place in places)
    between = math.fsum(
        len(within) * (math.fsum(within) / len(within) - middle) ** 2
        for within in by_label.values()
    )
    return math.sqrt(min(between / total, 1.0))


def by_chance(runs: int, classes: int) -> float:
    """Return which strength params without any bearing reach, as the root of the mean square.

    Over all orders of the metric, the mean of eta squared is (k - 1) / (n - 1) for k classes of n
    runs (Kruskal and Wallis, as above), and that of Spearman's coefficient squared 1 / (n - 1).
    """
    return math.sqrt((classes - 1) / (runs - 1))
