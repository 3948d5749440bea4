"""Which runs a query means, as conditions and the values that these compare with."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from chachaml_kernel.domain.query import MetricCondition, RunQuery
from chachaml_kernel.domain.values import number_of
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    and_,
    bindparam,
    exists,
    false,
    or_,
    select,
)

from chachaml_store_sql.annotations import stored_text
from chachaml_store_sql.schema import experiments, params, runs, series, tags

Bound: TypeAlias = BindParameter[Any]

COMPARE: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}
"""What the operators of a metric condition do."""


How: TypeAlias = Literal["exists", "found", "joined"]
"""How a metric condition is met: a run is looked up among the series, or found through them, or
already joined with the series in question."""

Shape: TypeAlias = tuple[str, int]
"""The kind of a condition, which is one of `CONDITIONS`, and how many values it takes."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition, as its kind and its values."""

    kind: str
    values: Sequence[object]


def filters(query: RunQuery, *, how: How = "exists") -> list[Filter]:
    """Return what must hold for each run that `query` describes, its page aside."""
    equal = {
        "experiment": query.experiment,
        "status": query.status and query.status.value,
        "created_by": query.created_by,
        "name": query.name,
        "parent_run_id": query.parent_run_id,
        "archived": query.archived,
    }
    wanted = [Filter(kind, (value,)) for kind, value in equal.items() if value is not None]
    if query.roots:
        wanted.append(Filter("root", ()))
    wanted.extend(Filter("tag", tag) for tag in query.tags.items())
    wanted.extend(_param(key, text) for key, text in query.params.items())
    if query.metric is not None:
        wanted.append(_metric(query.metric, how))
    return wanted


def shapes(wanted: Sequence[Filter]) -> tuple[Shape, ...]:
    """Return what decides on the SQL of some filters: all but their values."""
    return tuple((each.kind, len(each.values)) for each in wanted)


def conditions(wanted: Sequence[Shape]) -> list[ColumnElement[bool]]:
    """Return the conditions of filters of these shapes."""
    return [
        CONDITIONS[kind](*map(bindparam, _names(place, count)))
        for place, (kind, count) in enumerate(wanted)
    ]


def filter_values(wanted: Sequence[Filter]) -> dict[str, object]:
    """Return what is bound in the conditions of some filters."""
    return {
        name: value
        for place, each in enumerate(wanted)
        for name, value in zip(_names(place, len(each.values)), each.values, strict=True)
    }


def _names(place: int, count: int) -> list[str]:
    return [f"filter_{place}_{number}" for number in range(count)]


def _param(key: str, text: str) -> Filter:
    number = number_of(text)
    if number is None:
        return Filter("param", (key, stored_text(text)))
    return Filter("number", (key, stored_text(text), number))


def _metric(condition: MetricCondition, how: How) -> Filter:
    if condition.value != condition.value:  # NaN satisfies nothing, on either side
        return Filter("nothing", ())
    own = (condition.value,) if how == "joined" else (condition.key, condition.value)
    return Filter(f"{how} {condition.op}", own)


def _of_experiment(name: Bound) -> ColumnElement[bool]:
    named = select(experiments.c.id).where(experiments.c.name == name)
    return runs.c.experiment_id == named.scalar_subquery()


def _has_tag(key: Bound, value: Bound) -> ColumnElement[bool]:
    return _exists(tags, tags.c.key == key, tags.c.value == value)


def _has_param(key: Bound, text: Bound) -> ColumnElement[bool]:
    return _exists(params, params.c.key == key, params.c.text == text)


def _has_number(key: Bound, text: Bound, number: Bound) -> ColumnElement[bool]:
    equal = or_(params.c.text == text, params.c.number == number)
    return _exists(params, params.c.key == key, equal)


def _exists_latest(op: str) -> Callable[[Bound, Bound], ColumnElement[bool]]:
    def satisfies(key: Bound, value: Bound) -> ColumnElement[bool]:
        return _exists(series, series.c.key == key, COMPARE[op](series.c.last_value, value))

    return satisfies


def _found_latest(op: str) -> Callable[[Bound, Bound], ColumnElement[bool]]:
    found = series.alias("found")

    def satisfies(key: Bound, value: Bound) -> ColumnElement[bool]:
        own = and_(found.c.run_id == runs.c.id, found.c.key == key)
        return and_(own, COMPARE[op](found.c.last_value, value))

    return satisfies


def _joined_latest(op: str) -> Callable[[Bound], ColumnElement[bool]]:
    def satisfies(value: Bound) -> ColumnElement[bool]:
        return COMPARE[op](series.c.last_value, value)

    return satisfies


def _exists(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return: the run has such a row. An order may join the same table, which is not meant here."""
    return exists().where(table.c.run_id == runs.c.id, *conditions).correlate(runs)


def _equals(column: ColumnElement[Any]) -> Callable[[Bound], ColumnElement[bool]]:
    return lambda value: column == value


CONDITIONS: Mapping[str, Callable[..., ColumnElement[bool]]] = {
    "experiment": _of_experiment,
    "status": _equals(runs.c.status),
    "created_by": _equals(runs.c.created_by),
    "name": _equals(runs.c.name),
    "parent_run_id": _equals(runs.c.parent_run_id),
    "archived": _equals(runs.c.archived),
    "root": lambda: runs.c.parent_run_id.is_(None),
    "tag": _has_tag,
    "param": _has_param,
    "number": _has_number,
    "nothing": false,
    **{f"exists {op}": _exists_latest(op) for op in COMPARE},
    **{f"found {op}": _found_latest(op) for op in COMPARE},
    **{f"joined {op}": _joined_latest(op) for op in COMPARE},
}
"""Each kind of condition, as a function of its bound values."""
