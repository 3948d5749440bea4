"""Whether a query means few runs: these are found first and then put in order.

Where it means many, its order is walked along until a page is full. Either way alone would go
through all runs where the other one looks at a page's worth.
"""

from dataclasses import dataclass, replace
from typing import Any

from chachaml_kernel.domain.query import MetricCondition, RunQuery
from sqlalchemy import Connection, Dialect, Executable, Select, bindparam, func, literal, select

from chachaml_store_sql.compiled import Build, Values, fetch
from chachaml_store_sql.lists.filters import (
    COMPARE,
    Shape,
    conditions,
    filter_values,
    filters,
    shapes,
)
from chachaml_store_sql.schema import runs, series

FEW = 1_000
"""Rows that are put in order at about the cost of walking past as many."""


def are_few_runs(connection: Connection, query: RunQuery) -> bool:
    """Tell whether few runs satisfy what a query asks of them, its metric condition aside."""
    wanted = filters(replace(query, metric=None))
    if all(each.kind == "archived" for each in wanted):
        return False
    return _are_few(connection, _OfRuns(shapes(wanted)), filter_values(wanted))


def are_few_values(connection: Connection, condition: MetricCondition) -> bool:
    """Tell whether few runs have a latest value that satisfies a condition."""
    values = {"metric_key": condition.key, "bound": condition.value}
    return _are_few(connection, _OfValues(condition.op.value), values)


def _are_few(connection: Connection, build: Build, values: Values) -> bool:
    [[count]] = fetch(connection, build, values)
    return bool(count <= FEW)


@dataclass(frozen=True, slots=True)
class _OfRuns:
    """Counts the runs that satisfy some filters, up to one more than few."""

    filtered: tuple[Shape, ...]

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement."""
        return _counted(select(literal(1)).select_from(runs).where(*conditions(self.filtered)))


@dataclass(frozen=True, slots=True)
class _OfValues:
    """Counts the series of a key whose latest value satisfies a condition, likewise."""

    op: str

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement."""
        satisfies = COMPARE[self.op](series.c.last_value, bindparam("bound"))
        of_key = series.c.key == bindparam("metric_key")
        return _counted(select(literal(1)).select_from(series).where(of_key, satisfies))


def _counted(found: Select[Any]) -> Executable:
    return select(func.count()).select_from(found.limit(FEW + 1).subquery())
