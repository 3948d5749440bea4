"""The distribution of a metric as bars, in units of a drawing that is stretched to its place."""

import math
from collections.abc import Callable, Mapping, Sequence
from operator import ge, gt, le, lt

from chachaml_kernel.domain.distribution import Distribution
from chachaml_kernel.domain.query import MetricCondition, Operator
from msgspec import Struct

from chachaml_ui.pages.figures import decimals, figure

BINS = 60
FEWER = (6, 5, 4, 3, 2)
"""So many bins are drawn as one where runs are few: each divides `BINS`."""
WIDTH, HEIGHT = 640.0, 100.0
ROOM = 6.0
"""Above the highest bar."""
GAP, LEAST = 1.5, 1.0
"""Between two bars, and the height of one that stands for a single run of very many."""
TICKS = 5

ORDERS: Mapping[Operator, Callable[[float, float], bool]] = {
    Operator.GREATER: gt,
    Operator.GREATER_OR_EQUAL: ge,
    Operator.LESS: lt,
    Operator.LESS_OR_EQUAL: le,
}


class Bar(Struct, frozen=True):
    """Runs with a value `begin` up to `end`, and where they are drawn.

    `is_found` tells whether they satisfy what was asked; where the threshold is among them, whether
    most of that range does.
    """

    begin: str
    end: str
    count: int
    left: float
    height: float
    is_found: bool


class Histogram(Struct, frozen=True):
    """Bars of one `width`, those without a run left out, with names for round parts of the scale.

    `threshold` is where it lies across the drawing, none if it lies outside.
    """

    width: float
    bars: Sequence[Bar]
    scale: Sequence[str]
    threshold: float | None


def histogram(spread: Distribution, metric: MetricCondition) -> Histogram | None:
    """Return the drawing of a distribution; none where there is no number to draw."""
    if spread.least is None or spread.greatest is None:
        return None
    bins = _merged(spread.bins)
    number = len(bins)
    edges = [_between(spread.least, spread.greatest, place / number) for place in range(number + 1)]
    ticks = [_between(spread.least, spread.greatest, place / (TICKS - 1)) for place in range(TICKS)]
    written = _written(edges)
    across, highest = WIDTH / number, max(bins)
    return Histogram(
        width=round(across - GAP, 2),
        bars=[
            Bar(
                begin=written[place],
                end=written[place + 1],
                count=count,
                left=round(place * across + GAP / 2, 2),
                height=round(max((HEIGHT - ROOM) * count / highest, LEAST), 1),
                is_found=_is_found(edges[place], edges[place + 1], metric),
            )
            for place, count in enumerate(bins)
            if count
        ],
        scale=_written(ticks) if number > 1 else [figure(spread.least, decimals([spread.least]))],
        threshold=_place(spread.least, spread.greatest, metric.value),
    )


def _merged(bins: Sequence[int]) -> Sequence[int]:
    """Return bins of which there are about twice the root of the number of runs, or all."""
    wanted = 2 * math.sqrt(sum(bins))
    some = next((some for some in FEWER if len(bins) / some >= wanted), 1)
    return [sum(bins[begin : begin + some]) for begin in range(0, len(bins), some)]


def _between(least: float, greatest: float, part: float) -> float:
    return least * (1 - part) + greatest * part


def _written(values: Sequence[float]) -> Sequence[str]:
    """Return values of a scale, with as many decimals as tell neighbours apart."""
    step = values[1] - values[0]
    places = decimals(values)
    if 0 < step < 1:
        places = max(places, min(math.ceil(-math.log10(step)) + 1, 12))
    return [figure(value, places) for value in values]


def _is_found(begin: float, end: float, metric: MetricCondition) -> bool:
    value = metric.value
    if metric.op is Operator.EQUAL:
        return begin <= value <= end
    if metric.op is Operator.NOT_EQUAL:
        return not math.isnan(value) and not begin == value == end
    return ORDERS[metric.op](_between(begin, end, 0.5), value)


def _place(least: float, greatest: float, value: float) -> float | None:
    if not least <= value <= greatest:
        return None
    if least == greatest:
        return WIDTH / 2
    # Halves, since the range of two doubles may be no double.
    return round(WIDTH * ((value / 2 - least / 2) / (greatest / 2 - least / 2)), 1)
