"""How the latest values of a metric are spread: what ends their range, and counts in its bins."""

import math
from collections.abc import Sequence
from sys import float_info
from typing import Any, TypeAlias

from chachaml_kernel.domain.distribution import Distribution, bounds
from chachaml_kernel.domain.query import MetricCondition, RunQuery, Sort
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    select,
    true,
)

from chachaml_store_sql.compiled import fetch
from chachaml_store_sql.lists.comparing import COMPARE
from chachaml_store_sql.lists.filters import Filter, Shape, conditions, filter_values, shapes
from chachaml_store_sql.lists.plan import plan
from chachaml_store_sql.schema import runs, series

Filtered: TypeAlias = tuple[Shape, ...] | None
"""Filters of runs; none where all runs are wanted but for archived ones."""

value = series.c.last_value
is_finite = value.between(-float_info.max, float_info.max)


def distribution(
    connection: Connection, query: RunQuery, metric: MetricCondition, *, bins: int
) -> Distribution:
    """Return how the latest values of a metric are spread over the runs that `query` describes."""
    wanted = plan(connection, replace(query, metric=None, sort=Sort())).filters
    filtered = _filtered(wanted)
    op = None if math.isnan(metric.value) else metric.op.value
    bound = {**filter_values(wanted), "key": metric.key}
    threshold = {} if op is None else {"threshold": metric.value}
    [[least, greatest, finite, nan, below, above, found]] = fetch(
        connection, _Ends(filtered, op), {**bound, **threshold}
    )
    counts = [finite] if finite else []
    if finite and least < greatest:
        begins = {f"begin_{i}": value for i, value in enumerate(bounds(least, greatest, bins), 1)}
        places = dict(map(tuple, fetch(connection, _Bins(filtered, bins), bound | begins)))
        counts = [places.get(place, 0) for place in range(bins)]
    return Distribution(
        bins=counts,
        least=least,
        greatest=greatest,
        nan=nan,
        below=below,
        above=above,
        found=found,
    )


class _Ends(Struct, frozen=True):
    """Returns the least and the greatest finite value that runs of some filters have, and how many
    values are finite, NaN, an infinity, and compare by `op` to a threshold; none compares to NaN,
    for which `op` is none."""

    filtered: Filtered
    op: str | None

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement."""
        finite = case((is_finite, value))
        satisfies = false() if self.op is None else COMPARE[self.op](value, bindparam("threshold"))
        columns: Sequence[ColumnElement[Any]] = (
            func.min(finite),
            func.max(finite),
            func.count(finite),
            _count(value.is_(None)),
            _count(value < -float_info.max),
            _count(value > float_info.max),
            _count(satisfies),
        )
        return _of_runs(columns, self.filtered)


class _Bins(Struct, frozen=True):
    """Counts the finite values that runs of some filters have by the bin that they are in."""

    filtered: Filtered
    bins: int

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement."""
        # Not in a WHERE, which would have planners prefer the order of values to few runs.
        place = case((is_finite, _place(0, self.bins)))
        return _of_runs([place, func.count()], self.filtered).group_by(place)


def _place(first: int, end: int) -> ColumnElement[int]:
    """Return in which of some neighbouring bins a value is, by halving.

    It is compared with where bins begin, since arithmetic of doubles may round, overflow or fail.
    """
    if end - first == 1:
        return literal(first)
    middle = (first + end) // 2
    is_before = bindparam(f"begin_{middle}") > value
    return case((is_before, _place(first, middle)), else_=_place(middle, end))


def _filtered(wanted: Sequence[Filter]) -> Filtered:
    only_shown = [(each.kind, *each.values) for each in wanted] == [("archived =", False)]
    return None if only_shown else shapes(wanted)


def _of_runs(columns: Sequence[ColumnElement[Any]], filtered: Filtered) -> Select[Any]:
    """Return columns of the series of a key, those of the runs that satisfy some filters."""
    is_own = series.c.key == bindparam("key")
    if filtered is None:  # few are left out, so they are told from an index without joining all
        hidden = select(runs.c.id).where(runs.c.archived == true())
        return select(*columns).where(is_own, series.c.run_id.not_in(hidden))
    of_run = and_(series.c.run_id == runs.c.id, is_own)
    return select(*columns).join_from(runs, series, of_run).where(*conditions(filtered))


def _count(wanted: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((wanted, 1)))
