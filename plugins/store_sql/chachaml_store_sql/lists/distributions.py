"""How the latest values of a metric are spread: one statement, which counts them in bins."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from sys import float_info

from chachaml_kernel.domain.distribution import Distribution
from chachaml_kernel.domain.query import MetricCondition, RunQuery, Sort
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    select,
    true,
)

from chachaml_store_sql.compiled import fetch
from chachaml_store_sql.lists.conditions import COMPARE
from chachaml_store_sql.lists.filters import Shape, conditions, filter_values, shapes
from chachaml_store_sql.lists.plan import plan
from chachaml_store_sql.lists.ranges import part_of
from chachaml_store_sql.schema import runs, series

NAN, BELOW, ABOVE = -3, -2, -1
"""The places of what is in no bin; NULL means NaN."""


def distribution(
    connection: Connection, query: RunQuery, metric: MetricCondition, *, bins: int
) -> Distribution:
    """Return how the latest values of a metric are spread over the runs that `query` describes."""
    wanted = plan(connection, replace(query, metric=None, sort=Sort())).filters
    build = _Spread(shapes(wanted), None if math.isnan(metric.value) else metric.op.value)
    bound: dict[str, object] = {**filter_values(wanted), "key": metric.key, "bins": bins}
    if build.op is not None:
        bound["threshold"] = metric.value
    counts: dict[int, int] = {}
    least = greatest = None
    found = 0
    for place, count, satisfying, low, high in fetch(connection, build, bound):
        counts[place] = count
        found += satisfying
        if place >= 0:
            least = low if least is None else min(least, low)
            greatest = high if greatest is None else max(greatest, high)
    return Distribution(
        bins=_bins(counts, 0 if least is None else 1 if least == greatest else bins),
        least=least,
        greatest=greatest,
        nan=counts.get(NAN, 0),
        below=counts.get(BELOW, 0),
        above=counts.get(ABOVE, 0),
        found=found,
    )


def _bins(counts: Mapping[int, int], number: int) -> list[int]:
    return [counts.get(place, 0) for place in range(number)]


@dataclass(frozen=True, slots=True)
class _Spread:
    """Counts the runs that satisfy some filters by the bin of a latest value, and how many of them
    compare by `op` to a threshold; none compares to NaN, for which `op` is none."""

    filtered: tuple[Shape, ...]
    op: str | None

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement."""
        own = and_(series.c.run_id == runs.c.id, series.c.key == bindparam("key"))
        latest = select(series.c.last_value.label("value")).join_from(runs, series, own)
        values = latest.where(*conditions(self.filtered)).cte("latest")
        value = values.c.value
        is_finite = value.between(-float_info.max, float_info.max)
        span = select(func.min(value).label("least"), func.max(value).label("greatest"))
        ends = span.where(is_finite).cte("span")
        part = case((is_finite, part_of(value, ends.c.least, ends.c.greatest))).label("part")
        parts = select(value, part).join_from(values, ends, true()).subquery("parts")
        value = parts.c.value
        place = case(
            (value.is_(None), NAN),
            (value < -float_info.max, BELOW),
            (value > float_info.max, ABOVE),
            else_=_bin(parts.c.part),
        )
        satisfies = false() if self.op is None else COMPARE[self.op](value, bindparam("threshold"))
        is_found = case((satisfies, 1), else_=0)
        columns = [place.label("place"), value, is_found.label("is_found")]
        placed = select(*columns).subquery("placed")
        found, low = func.sum(placed.c.is_found), func.min(placed.c.value)
        counted = select(placed.c.place, func.count(), found, low, func.max(placed.c.value))
        return counted.group_by(placed.c.place)


def _bin(part: ColumnElement[float]) -> ColumnElement[int]:
    """Return in which bin a finite value is, as `bin_of` does; it lies so far into the range."""
    bins = bindparam("bins", type_=Integer)
    place = cast(part * bins, Integer)
    # Databases disagree on whether this cuts or rounds.
    cut = place - case((place > part * bins, 1), else_=0)
    return case((cut >= bins, bins - 1), else_=cut)
