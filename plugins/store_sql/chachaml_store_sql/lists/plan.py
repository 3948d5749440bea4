"""How the runs of a query are found: along its order, or by what few of them have.

Where few runs satisfy one of its filters, and an index knows them, these are found first and then
put in order. Where more do, the order is walked along until a page is full: for a while each run is
looked up as the walk comes to it, then runs are passed that are not in a set made from the index,
unless very many are.
Each way alone would go through all runs where another one looks at a page's worth.
"""

import functools
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from chachaml_kernel.domain.query import RunQuery
from msgspec import Struct
from sqlalchemy import Connection, Dialect, Executable, Select, func, literal, select

from chachaml_store_sql.compiled import Build, Values, fetch
from chachaml_store_sql.lists.comparing import COMPARE
from chachaml_store_sql.lists.conditions import FEW
from chachaml_store_sql.lists.filters import Filter, Shape, conditions, filter_values, shapes
from chachaml_store_sql.lists.keyset import Key
from chachaml_store_sql.lists.pages import Tier, row_after
from chachaml_store_sql.lists.wanted import filters
from chachaml_store_sql.schema import runs

OWN = {"experiment =", "status =", "user =", "name =", "parent ="} | {
    f"started {name}" for name in ("<", "<=", ">", ">=")
}
"""Kinds of filters that an index on runs serves."""

INDEXED = {
    *(f"metric {name}" for name in ("=", "<", "<=", ">", ">=", "in", "is nan")),
    *(f"param number {name}" for name in ("=", "<", "<=", ">", ">=", "in")),
    "param text in",
    "tag in",
}
"""Kinds of filters for which an index has the rows of a key by their values."""

JOINED = {f"metric {name}" for name in COMPARE}
"""Kinds of filters that an order by the same metric can check on the series that it has joined."""

NEAR = 2_000
"""Runs that are looked at one by one, in the hope of a page, before a set is made of many."""

MANY = 40_000
"""Runs of which a set can be made while somebody waits for a page; no more are counted."""


class Plan(Struct, frozen=True):
    """The filters of a query, worded so that runs are found well.

    `few` tells that they leave few runs, so that an index on the order would have to be walked
    along for long; `numbers_only` that they leave none without a number to sort by.
    """

    filters: Sequence[Filter]
    few: bool = False
    numbers_only: bool = False


def plan(connection: Connection, query: RunQuery) -> Plan:
    """Return how the runs of a query are found best."""
    wanted = filters(query)
    joined = [each for each in wanted if _is_joined(each, query)]
    count, rarest = _rarest(connection, [each for each in wanted if each not in joined])
    few = query.sort.by == "metric" and (count <= FEW or _are_few_runs(connection, wanted))
    kind = "found" if count <= FEW else "among"
    worded = [
        _found(each, kind) if each is rarest else _joined(each) if each in joined else each
        for each in wanted
    ]
    return Plan(worded, few, numbers_only=bool(joined))


def plan_near(connection: Connection, query: RunQuery) -> Sequence[Filter] | None:
    """Return filters that leave only the next runs of the order, `NEAR` of them, to look at.

    Where those have a page, no more need be known of the others, of which an index would find
    many. None is returned where it would find few, or where there is no such order.
    """
    wanted = filters(query)
    known = [each for each in wanted if _is_known(each)]
    if query.sort.by != "started_at" or not known:
        return None
    if any(_count(connection, each, FEW) <= FEW for each in known):
        return None
    own = [each for each in wanted if each.kind in OWN or each.kind == "archived ="]
    order = _starts(shapes(own), descending=query.sort.descending)
    last = row_after(connection, order, filter_values(own), skip=NEAR, position=query.after)
    if last is None:
        return None
    return [*wanted, Filter(f"started {'>=' if query.sort.descending else '<='}", last[:1])]


@functools.lru_cache(maxsize=50)
def _starts(filtered: tuple[Shape, ...], *, descending: bool) -> Tier:
    """Return the starts of the runs that satisfy some filters, in their order."""
    keys = (Key(runs.c.started_at, descending), Key(runs.c.id, descending=True))
    return Tier(select(runs.c.started_at).where(*conditions(filtered)), keys)


def plan_whole(connection: Connection, query: RunQuery) -> Sequence[Filter]:
    """Return the filters of a query, worded so that all of its runs are found well.

    Those that satisfy one of them are looked up in an index, and the others checked for these.
    """
    wanted = filters(query)
    known = [each for each in wanted if _is_known(each)]
    if len(known) > 1:
        known.sort(key=lambda each: _count(connection, each, MANY))
    return [_found(each, "among") if each in known[:1] else each for each in wanted]


def _is_joined(each: Filter, query: RunQuery) -> bool:
    by_metric = query.sort.by == "metric" and each.kind in JOINED
    return by_metric and each.values[0] == query.sort.key


def _joined(each: Filter) -> Filter:
    return Filter(f"joined {each.kind}", each.values[1:])


def _found(each: Filter, kind: str) -> Filter:
    return Filter(kind, parts=[Filter(f"rows {it.kind}", it.values) for it in _lookups(each)])


def _lookups(each: Filter) -> Sequence[Filter]:
    """Return the filters of which a run satisfies any if it satisfies this one."""
    return each.parts if each.kind == "or" else [each]


def _rarest(connection: Connection, wanted: Sequence[Filter]) -> tuple[int, Filter | None]:
    """Return how many runs satisfy a filter, and which, where these are fewest.

    None is returned where no index knows them, or they are more than many.
    """
    counts = [(_count(connection, each, MANY), each) for each in wanted if _is_known(each)]
    fewest, rarest = min(counts, key=itemgetter(0), default=(MANY + 1, None))
    return fewest, rarest if fewest <= MANY else None


def _is_known(each: Filter) -> bool:
    """Tell whether indexes know the runs that satisfy a filter."""
    return all(it.kind in INDEXED for it in _lookups(each))


def _count(connection: Connection, each: Filter, most: int) -> int:
    """Return how many rows satisfy a filter, of each of its lookups up to one more than `most`."""
    return sum(
        _counted_in(connection, _Rows(it.kind, len(it.values), most), filter_values([it]))
        for it in _lookups(each)
    )


def _are_few_runs(connection: Connection, wanted: Sequence[Filter]) -> bool:
    own = [each for each in wanted if each.kind in OWN]
    if not own:
        return False
    own += [each for each in wanted if each.kind == "archived ="]
    return _counted_in(connection, _Runs(shapes(own)), filter_values(own)) <= FEW


def _counted_in(connection: Connection, build: Build, values: Values) -> int:
    [[count]] = fetch(connection, build, values)
    return int(count)


class _Runs(Struct, frozen=True):
    """Counts the runs that satisfy some filters, up to one more than few."""

    filtered: tuple[Shape, ...]

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement."""
        found = select(literal(1)).select_from(runs).where(*conditions(self.filtered))
        return _counted(found, FEW)


class _Rows(Struct, frozen=True):
    """Counts the rows, of a run each, that satisfy a filter, up to one more than `most`."""

    kind: str
    values: int
    most: int

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement."""
        [rows] = conditions([(f"rows {self.kind}", self.values, ())])
        return _counted(rows, self.most)


def _counted(found: Select[Any], most: int) -> Executable:
    return select(func.count()).select_from(found.limit(most + 1).subquery())
