"""How experiments go: their headline, its last values, and the best; a few queries for all."""

from collections.abc import Callable, Mapping, Sequence
from sys import float_info
from typing import Any, TypeAlias

from chachaml_kernel.domain.experiments import RECENT, Best, Ranking, Trend
from msgspec import Struct
from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    column,
    false,
    select,
    values,
)

from chachaml_store_sql import rows
from chachaml_store_sql.compiled import AT_ONCE, Fetched, fetch, fetch_among
from chachaml_store_sql.lists.headline import headline_series
from chachaml_store_sql.lists.order import NEWEST_FIRST, preferred_names
from chachaml_store_sql.schema import experiments, runs, series

FEW = 100
"""Runs of which each is looked up at about the cost of walking past as many latest values."""

About: TypeAlias = Callable[[CTE], Select[Any]]
"""Returns a statement about pairs of an experiment's name and a metric's key."""


def leading_metrics(
    connection: Connection, names: Sequence[str], headline: Sequence[str]
) -> Mapping[str, str]:
    """Return the headline key of the newest run with a metric of each experiment that has one."""
    preferred = dict(zip(preferred_names(len(headline)), headline, strict=True))
    found = fetch_among(connection, _Leading(len(headline)), names, preferred)
    return {name: key for name, key in found if key is not None}


def trends(connection: Connection, asked: Mapping[str, Ranking]) -> Mapping[str, Trend]:
    """Return how experiments go by a metric each."""
    recent: dict[str, list[tuple[str, float]]] = {name: [] for name in asked}
    for name, run_id, value in _about(connection, _recent_values, asked):
        recent[name].insert(0, (run_id, rows.real(value)))
    sizes = dict(map(tuple, fetch_among(connection, _sizes, list(asked))))
    best: dict[str, Best] = {}
    for wanted in (_Best(descending, few) for descending in (False, True) for few in (False, True)):
        some = {
            name: ranking
            for name, ranking in asked.items()
            if ranking.descending is wanted.descending and wanted.few is (sizes.get(name, 0) <= FEW)
        }
        for name, run_id, run_name, value in _about(connection, wanted, some):
            best[name] = Best(run_id=run_id, run_name=run_name, value=value)
    return {
        name: Trend(ranking=ranking, best=best.get(name), recent=recent[name])
        for name, ranking in asked.items()
    }


def _about(connection: Connection, about: About, asked: Mapping[str, Ranking]) -> Sequence[Fetched]:
    """Return the rows of a statement; as in `fetch_among`, few lengths of it need compiling."""
    found: list[Fetched] = []
    names = list(asked)
    for begin in range(0, len(names), AT_ONCE):
        some = names[begin : begin + AT_ONCE]
        count = 1 << (len(some) - 1).bit_length()
        bound: dict[str, object] = {}
        for place in range(count):
            name = some[place] if place < len(some) else None  # which no experiment is called
            bound[f"name_{place}"] = name
            bound[f"key_{place}"] = name and asked[name].key
        found.extend(fetch(connection, _About(about, count), bound))
    return found


class _About(Struct, frozen=True):
    """Builds a statement about so many pairs."""

    about: About
    count: int

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement."""
        pairs = [
            (bindparam(f"name_{place}", type_=Text), bindparam(f"key_{place}", type_=Text))
            for place in range(self.count)
        ]
        table = values(column("name", Text), column("key", Text), name="asked").data(pairs)
        return self.about(table.cte("asked"))


def _recent_runs() -> Select[Any]:
    """Return the ids of the newest runs of an experiment of the query around."""
    own = runs.alias("recent")
    newest = select(own.c.id).where(
        own.c.experiment_id == experiments.c.id, own.c.archived == false()
    )
    return newest.order_by(own.c.started_at.desc(), own.c.id.desc()).limit(RECENT)


def _newest_first(found: Select[Any]) -> Select[Any]:
    return found.order_by(*(key.ordered() for key in NEWEST_FIRST))


class _Leading(Struct, frozen=True):
    """Finds the headline of experiments, of so many preferred keys."""

    preferred: int

    def __call__(self, names: Sequence[ColumnElement[Any]]) -> Executable:
        """Return the statement."""
        preferred: list[ColumnElement[Any]] = [
            bindparam(name) for name in preferred_names(self.preferred)
        ]
        found = select(series.c.key).join_from(
            runs, series, series.c.id == headline_series(preferred)
        )
        recent = found.where(runs.c.id.in_(_recent_runs().correlate(experiments)))
        key = _newest_first(recent).limit(1).correlate(experiments).scalar_subquery()
        return select(experiments.c.name, key).where(experiments.c.name.in_(names))


def _sizes(names: Sequence[ColumnElement[Any]]) -> Executable:
    size = experiments.c.running + experiments.c.completed + experiments.c.failed
    return select(experiments.c.name, size).where(experiments.c.name.in_(names))


def _recent_values(asked: CTE) -> Select[Any]:
    found = (
        select(asked.c.name, runs.c.id, series.c.last_value)
        .join_from(asked, experiments, experiments.c.name == asked.c.name)
        .join(runs, runs.c.id.in_(_recent_runs().correlate(experiments)))
        .join(series, series.c.id == _looked_up(runs, asked))
    )
    return _newest_first(found)


def _looked_up(its: FromClause, asked: CTE) -> ColumnElement[Any]:
    """Return the id of the series of `its` run; so written, no walk begins at all runs of a key."""
    looked_up = series.alias("looked_up")
    wanted = select(looked_up.c.id).where(
        looked_up.c.run_id == its.c.id, looked_up.c.key == asked.c.key
    )
    return wanted.correlate(its, asked).scalar_subquery()


class _Best(Struct, frozen=True):
    """Finds the best run of experiments.

    The runs of an experiment that has few are gone through; for one with many, the index on the
    latest values is walked along until one of its runs is met.
    """

    descending: bool
    few: bool

    def __call__(self, asked: CTE) -> Select[Any]:
        """Return the statement."""
        return (
            select(asked.c.name, runs.c.id, runs.c.name, series.c.last_value)
            .join_from(asked, experiments, experiments.c.name == asked.c.name)
            .join(series, series.c.id == self._series(asked).scalar_subquery())
            .join(runs, runs.c.id == series.c.run_id)
        )

    def _series(self, asked: CTE) -> Select[Any]:
        its, own = runs.alias("its"), series.alias("own")
        is_own: ColumnElement[bool] = and_(own.c.run_id == its.c.id, own.c.key == asked.c.key)
        of_experiment = its.c.experiment_id == experiments.c.id
        if self.few:
            is_own = own.c.id == _looked_up(its, asked)
        else:  # a sum is in no index, so the runs are not where this begins
            of_experiment = its.c.experiment_id + 0 == experiments.c.id
        number = own.c.last_value.between(-float_info.max, float_info.max)
        found = select(own.c.id).join_from(own, its, is_own)
        found = found.where(of_experiment, its.c.archived == false(), number)
        value = own.c.last_value
        ordered = found.order_by(value.desc() if self.descending else value.asc())
        return ordered.limit(1).correlate(asked, experiments)
