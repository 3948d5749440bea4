"""Which runs a query means, as conditions."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery
from chachaml_kernel.domain.values import number_of
from sqlalchemy import ColumnElement, ScalarSelect, Table, exists, false, or_, select

from chachaml_store_sql.annotations import stored_text
from chachaml_store_sql.schema import experiments, params, runs, series, tags

COMPARE: Mapping[Operator, Callable[[Any, float], ColumnElement[bool]]] = {
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
}


def conditions(query: RunQuery) -> list[ColumnElement[bool]]:
    """Return what must hold for each run that `query` describes, its page aside."""
    wanted: list[ColumnElement[bool]] = []
    if query.experiment is not None:
        wanted.append(runs.c.experiment_id == _experiment_named(query.experiment))
    for column, value in (
        (runs.c.status, query.status and query.status.value),
        (runs.c.created_by, query.created_by),
        (runs.c.name, query.name),
        (runs.c.parent_run_id, query.parent_run_id),
    ):
        if value is not None:
            wanted.append(column == value)
    if query.archived is not None:
        wanted.append(runs.c.archived.is_(query.archived))
    wanted.extend(_has_tag(key, value) for key, value in query.tags.items())
    wanted.extend(_has_param(key, value) for key, value in query.params.items())
    if query.metric is not None:
        wanted.append(_satisfies(query.metric))
    return wanted


def _experiment_named(name: str) -> ScalarSelect[int]:
    return select(experiments.c.id).where(experiments.c.name == name).scalar_subquery()


def _has_tag(key: str, value: str) -> ColumnElement[bool]:
    return _exists(tags, tags.c.key == key, tags.c.value == value)


def _has_param(key: str, text: str) -> ColumnElement[bool]:
    equal: ColumnElement[bool] = params.c.text == stored_text(text)
    number = number_of(text)
    if number is not None:
        equal = or_(equal, params.c.number == number)
    return _exists(params, params.c.key == key, equal)


def _exists(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return: the run has such a row. An order may join the same table, which is not meant here."""
    return exists().where(table.c.run_id == runs.c.id, *conditions).correlate(runs)


def _satisfies(condition: MetricCondition) -> ColumnElement[bool]:
    value = condition.value
    if value != value:  # NaN satisfies nothing, on either side
        return false()
    compared = COMPARE[condition.op](series.c.last_value, value)
    return _exists(series, series.c.key == condition.key, compared)
