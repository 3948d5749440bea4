"""Counts of runs: kept with the experiments, or made of the runs that filters leave."""

from typing import Any

from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.query import RunQuery
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
    or_,
    select,
    true,
)

from chachaml_store_sql.compiled import fetch
from chachaml_store_sql.experiments import COUNTED
from chachaml_store_sql.lists.filters import Shape, conditions, filter_values, shapes
from chachaml_store_sql.lists.plan import plan_whole
from chachaml_store_sql.schema import experiments, runs

EITHER = or_(runs.c.archived == false(), runs.c.archived == true())
"""True of all runs; said where indexes on runs serve, since many of them begin with `archived`."""


def count_runs(connection: Connection, query: RunQuery) -> RunCounts:
    """Return how many runs a query describes by status, whatever status it asks for."""
    wanted = plan_whole(connection, replace(query, status=None, archived=None))
    if not wanted:
        [counts] = fetch(connection, _of_all)
    elif [each.kind for each in wanted] == ["experiment ="]:
        [counts] = fetch(connection, _of_experiment, {"experiment": wanted[0].values[0]})
    else:
        [counts] = fetch(connection, _OfRuns(shapes(wanted)), filter_values(wanted))
    return RunCounts(**dict(zip(COUNTED, map(int, counts), strict=True)))


def _of_all(_: Dialect) -> Select[Any]:
    return select(*(func.coalesce(func.sum(experiments.c[kind]), 0) for kind in COUNTED))


def _of_experiment(dialect: Dialect) -> Select[Any]:
    return _of_all(dialect).where(experiments.c.name == bindparam("experiment"))


class _OfRuns(Struct, frozen=True):
    """Counts the runs that satisfy some filters."""

    filtered: tuple[Shape, ...]

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement."""
        shown = [
            _count(runs.c.archived == false(), runs.c.status == status) for status in COUNTED[:-1]
        ]
        counts = select(*shown, _count(runs.c.archived == true()))
        if not any(kind == "among" for kind, *_ in self.filtered):  # whose index serves better
            counts = counts.where(EITHER)
        return counts.where(*conditions(self.filtered))


def _count(*wanted: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((and_(*wanted), 1)))
