"""Groups of runs: one statement, which makes sums of what the runs of a group have."""

from collections.abc import Sequence
from sys import float_info
from typing import Any

from chachaml_kernel.domain.groups import Group, GroupBy, Grouping, Groups, Spread
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.values import JsonValue
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    FromClause,
    Integer,
    Label,
    Select,
    and_,
    bindparam,
    case,
    func,
    null,
    select,
)

from chachaml_store_sql import rows
from chachaml_store_sql.compiled import Fetched, fetch
from chachaml_store_sql.lists.filters import Shape, conditions, filter_values, shapes
from chachaml_store_sql.lists.plan import plan_whole
from chachaml_store_sql.lists.ranges import mean_order, part_of
from chachaml_store_sql.schema import experiments, params, runs, series, tags

PER_METRIC = 6
PER_PARAM = 4


def group_runs(connection: Connection, query: RunQuery, grouping: Grouping) -> Groups:
    """Return the runs that `query` describes in groups."""
    wanted = plan_whole(connection, query)
    build = _Grouped(
        shapes(wanted),
        grouping.by,
        len(grouping.metrics),
        len(grouping.params),
        sort=None if grouping.sort is None else list(grouping.metrics).index(grouping.sort),
        descending=grouping.descending,
    )
    keys = {"by_key": grouping.key} if grouping.by in ("param", "tag") else {}
    bound: dict[str, object] = {**filter_values(wanted), **keys, "limit": grouping.limit + 1}
    bound.update({f"spread_{place}": key for place, key in enumerate(grouping.metrics)})
    bound.update({f"wanted_{place}": key for place, key in enumerate(grouping.params)})
    found = fetch(connection, build, bound)
    groups = [_group(row, grouping) for row in found[: grouping.limit]]
    return Groups(groups, more=len(found) > grouping.limit)


def _group(row: Fetched, grouping: Grouping) -> Group:
    label, count, *rest = row
    metrics = [
        _spread(rest[begin : begin + PER_METRIC])
        for begin in range(0, PER_METRIC * len(grouping.metrics), PER_METRIC)
    ]
    del rest[: PER_METRIC * len(metrics)]
    agreed: dict[str, JsonValue] = {}
    for place, key in enumerate(grouping.params):
        present, value, is_one_text, is_one_number = rest[PER_PARAM * place :][:PER_PARAM]
        if present == count and (is_one_text or is_one_number):
            agreed[key] = rows.json_value(value)
    return Group(
        label=rows.json_value(label) if label is not None and grouping.by == "param" else label,
        missing=label is None,
        count=count,
        metrics=dict(zip(grouping.metrics, metrics, strict=True)),
        params=agreed,
    )


def _spread(row: Sequence[Any]) -> Spread:
    """Read a spread: of values from 0 to 1 in the range of a group, their sum and that of squares.

    In that range neither sum overflows, and no digits are lost where all values are large and close
    together.
    """
    present, count, least, greatest, total, squares = row
    if not count:
        return Spread(count=0, left_out=present)
    half = greatest / 2 - least / 2
    mean = 2 * (least / 2 + total / count * half)
    deviation = None
    if count > 1:
        variance = max(0.0, (squares - total * total / count) / (count - 1))
        deviation = 2 * half * variance**0.5
    return Spread(
        count=count,
        left_out=present - count,
        mean=min(max(mean, least), greatest),
        deviation=deviation,
        least=least,
        greatest=greatest,
    )


class _Grouped(Struct, frozen=True):
    """Builds the statement: of so many metrics and params, sorted by one of the metrics or size."""

    filtered: tuple[Shape, ...]
    by: GroupBy
    metrics: int
    params: int
    sort: int | None
    descending: bool

    def __call__(self, _: Dialect) -> Executable:
        """Return the statement."""
        inside = self._members().subquery("members")
        group = [inside.c.group_number, inside.c.group_text]
        placed = select(*inside.c)
        for place in range(self.metrics):
            value = inside.c[f"value_{place}"]
            placed = placed.add_columns(
                func.min(value).over(partition_by=group).label(f"least_{place}"),
                func.max(value).over(partition_by=group).label(f"greatest_{place}"),
            )
        return self._summed(self._with_parts(placed.subquery("placed")).subquery("parted"))

    def _with_parts(self, placed: FromClause) -> Select[Any]:
        """Return the runs with the place of each value in the range of its group."""
        parted = select(*placed.c)
        for place in range(self.metrics):
            ends = (placed.c[f"{name}_{place}"] for name in ("value", "least", "greatest"))
            parted = parted.add_columns(part_of(*ends).label(f"part_{place}"))
        return parted

    def _members(self) -> Select[Any]:
        """Return the runs, each with its group and its own values; NULL where it has none."""
        number, text, label, table = self._label()
        columns: list[Label[Any]] = [
            number.label("group_number"),
            text.label("group_text"),
            label.label("label"),
        ]
        source: FromClause = runs
        if table is not None:
            on = experiments.c.id == runs.c.experiment_id
            if table is not experiments:
                on = and_(table.c.run_id == runs.c.id, table.c.key == bindparam("by_key"))
            source = source.outerjoin(table, on)
        for place in range(self.metrics):
            own = series.alias(f"series_{place}")
            of_run = and_(own.c.run_id == runs.c.id, own.c.key == bindparam(f"spread_{place}"))
            source = source.outerjoin(own, of_run)
            value = own.c.last_value
            finite = value.between(-float_info.max, float_info.max)
            columns += [own.c.id.label(f"has_{place}"), _if(finite, value).label(f"value_{place}")]
        for place in range(self.params):
            param = params.alias(f"param_{place}")
            of_run = and_(param.c.run_id == runs.c.id, param.c.key == bindparam(f"wanted_{place}"))
            source = source.outerjoin(param, of_run)
            columns += [
                param.c.value.label(f"text_{place}"),
                param.c.number.label(f"number_{place}"),
            ]
        return select(*columns).select_from(source).where(*conditions(self.filtered))

    def _label(
        self,
    ) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any], FromClause | None]:
        """Return what tells groups apart, a number or a text, their label, and where it is."""
        own = runs.c.status if self.by == "status" else runs.c.created_by
        table: FromClause | None = None
        match self.by:
            case "experiment":
                own, table = experiments.c.name, experiments
            case "tag":
                own, table = tags.c.value, tags
            case "param":
                number, value = params.c.number, params.c.value
                return number, _if(number.is_(None), value), value, params
        return null(), own, own, table

    def _summed(self, placed: FromClause) -> Select[Any]:
        found = select(*_columns(func.min(placed.c.label), func.count()))
        order: ColumnElement[Any] = func.count()
        for place in range(self.metrics):
            value, part = placed.c[f"value_{place}"], placed.c[f"part_{place}"]
            total = func.coalesce(func.sum(part), 0.0)
            found = found.add_columns(
                func.count(placed.c[f"has_{place}"]),
                func.count(value),
                func.min(value),
                func.max(value),
                total,
                func.coalesce(func.sum(part * part), 0.0),
            )
            if place == self.sort:
                mean = mean_order(value)
                found = found.order_by(mean.is_(None))
                order = mean
        for place in range(self.params):
            text, number = placed.c[f"text_{place}"], placed.c[f"number_{place}"]
            same_number = and_(
                func.min(number) == func.max(number), func.count(number) == func.count()
            )
            found = found.add_columns(
                func.count(text), func.min(text), func.min(text) == func.max(text), same_number
            )
        grouped = found.group_by(placed.c.group_number, placed.c.group_text)
        ordered = grouped.order_by(order.desc() if self.descending else order.asc())
        return ordered.limit(bindparam("limit", type_=Integer))


def _if(condition: ColumnElement[bool], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((condition, value))


def _columns(*columns: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
    return columns
