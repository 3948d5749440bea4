"""What can be asked of a run, each kind of it as SQL over bound values.

All conditions are true or false, never NULL, so that they can be turned around.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chachaml_kernel.domain.language.fields import KINDS
from chachaml_kernel.domain.language.fields import OPERATORS as ALLOWED
from chachaml_kernel.domain.language.tree import FieldName
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    FromClause,
    Select,
    Table,
    and_,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    type_coerce,
    union,
)

from chachaml_store_sql.lists.comparing import (
    COMPARE,
    NAN,
    NUMBERS,
    OPERATORS,
    Bound,
    Condition,
    Test,
)
from chachaml_store_sql.lists.headline import headline_series
from chachaml_store_sql.schema import experiments, params, runs, series, tags

OWN: Mapping[FieldName, ColumnElement[Any]] = {
    "id": runs.c.id,
    "name": runs.c.name,
    "status": runs.c.status,
    "user": runs.c.created_by,
    "parent": runs.c.parent_run_id,
    "error": runs.c.error,
    "note": func.nullif(runs.c.note, ""),
    "started": runs.c.started_at,
    "ended": runs.c.ended_at,
    "duration": runs.c.ended_at - runs.c.started_at,
    "archived": runs.c.archived,
}
"""What a run has itself."""

FEW = 4_000
"""Rows that can be looked up and put in order while somebody waits for a page."""

NO_EXPERIMENT = -1
"""No experiment's id; NULL would make a comparison neither true nor false."""

PARTS: Mapping[str, str] = {"": "last_value", "min": "least", "max": "greatest", "count": "length"}
"""The columns of a metric's parts."""


def _of_column(name: str, test: Test) -> Test:
    def of_row(row: FromClause, *values: Bound) -> Condition:
        return test(_compared(row.c[name]), *values)

    return of_row


def _compared(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column as it is compared: a count with any number, also one that is not whole."""
    return type_coerce(column, Double()) if isinstance(column.type, BigInteger) else column


def _there(param: FromClause) -> Condition:
    return or_(param.c.number.is_not(None), param.c.brief.is_not(None))


def _param_text(name: str) -> Test:
    """Return a test of texts; what holds of no number by itself holds of none at all."""
    test = OPERATORS[name]

    def of_param(param: FromClause, *values: Bound) -> Condition:
        if name in ("!=", "not in"):
            return or_(param.c.number.is_not(None), _is_text(param) & test(param.c.text, *values))
        is_meant = _there(param) if name in ("~", "!~") else _is_text(param)
        return and_(is_meant, test(param.c.text, *values))

    return of_param


def _is_text(param: FromClause) -> Condition:
    return and_(param.c.number.is_(None), param.c.brief.is_not(None))


def _param_number(name: str) -> Test:
    test = OPERATORS[name]

    def of_param(param: FromClause, *values: Bound) -> Condition:
        compared = test(param.c.number, *values)
        return or_(_is_text(param), compared) if name in ("!=", "not in") else compared

    return of_param


def _one_of(column: str) -> Test:
    """Return a test of texts whose beginnings, which an index has, are bound behind them."""

    def of_row(row: FromClause, *values: Bound) -> Condition:
        half = len(values) // 2
        return and_(row.c.brief.in_(values[half:]), row.c[column].in_(values[:half]))

    return of_row


def _one_param(param: FromClause, *values: Bound) -> Condition:
    return and_(param.c.number.is_(None), _one_of("text")(param, *values))


def _anything(_: FromClause) -> Condition:
    return true()


LOOKUPS: Mapping[str, tuple[Table, Test]] = {
    "metric there": (series, _anything),
    **{
        f"metric{part} {name}": (series, _of_column(column, test))
        for part, column in PARTS.items()
        for name, test in NUMBERS.items()
    },
    "param there": (params, _there),
    **{f"param text {name}": (params, _param_text(name)) for name in OPERATORS},
    **{
        f"param number {name}": (params, _param_number(name)) for name in NUMBERS if name not in NAN
    },
    "param text in": (params, _one_param),
    "tag there": (tags, _anything),
    **{f"tag {name}": (tags, _of_column("value", test)) for name, test in OPERATORS.items()},
    "tag in": (tags, _one_of("value")),
}
"""Conditions on the row that a table has for a run and a key: the table, and what the row is asked.

The key is bound before all else.
"""


def _rows(kind: str) -> Callable[..., Select[Any]]:
    """Return a select of the runs that have such a row, as a function of the key and its values."""
    table, test = LOOKUPS[kind]
    return lambda key, *values: select(table.c.run_id).where(
        table.c.key == key, test(table, *values)
    )


def _exists(kind: str) -> Test:
    """Return: the run has such a row. An order may join the same table, which is not meant here."""
    table, rows = LOOKUPS[kind][0], _rows(kind)

    def of_run(*values: Bound) -> Condition:
        own = rows(*values).where(table.c.run_id == runs.c.id)
        return exists(own.with_only_columns(literal(1)).correlate(runs))

    return of_run


def _found(*rows: Select[Any]) -> Condition:
    """Return: the run is of any of these rows, in words that have it found by them.

    There are no more than the limit. It keeps databases that know no better from walking along all
    runs to look each of them up there.
    """
    any_of_them = rows[0] if len(rows) == 1 else union(*rows)
    return runs.c.id == any_of_them.limit(FEW).subquery().c.run_id


def _among(*rows: Select[Any]) -> Condition:
    """Return: the run is of any of these rows, however many there are."""
    return runs.c.id.in_(rows[0] if len(rows) == 1 else union(*rows))


def _of_run(column: ColumnElement[Any], test: Test) -> Test:
    if not getattr(column, "nullable", True):
        return lambda *values: test(column, *values)
    return lambda *values: and_(column.is_not(None), test(column, *values))


def _is_there(column: ColumnElement[Any]) -> Test:
    return lambda: column.is_not(None)


def _experiment(test: Test) -> Test:
    def of_run(*values: Bound) -> Condition:
        named = select(experiments.c.id).where(test(experiments.c.name, *values))
        return runs.c.experiment_id.in_(named)

    return of_run


def _of_experiment(name: Bound) -> Condition:
    named = select(experiments.c.id).where(experiments.c.name == name)
    return runs.c.experiment_id == func.coalesce(named.scalar_subquery(), NO_EXPERIMENT)


def _headline(test: Test) -> Callable[..., Condition]:
    """Return a test of the headline, as a function of its values and then of the preferred keys."""

    def of_run(*bound: Any) -> Condition:  # noqa: ANN401  what is bound, and keys
        *values, preferred = bound
        is_shown = series.c.id == headline_series(preferred)
        return exists().where(is_shown, test(series.c.last_value, *values)).correlate(runs)

    return of_run


def _keys(*preferred: Bound) -> Sequence[Bound]:
    return preferred


def _is_under_another() -> Condition:
    """Return: the run has a parent that is not archived."""
    parents = runs.alias("parents")
    is_parent = parents.c.id == runs.c.parent_run_id
    return exists().where(is_parent, parents.c.archived == false()).correlate(runs)


def _has_metrics() -> Condition:
    return exists().where(series.c.run_id == runs.c.id).correlate(runs)


def _joined(test: Test) -> Test:
    """Return a test of the series that the order has joined."""
    return lambda value: test(series.c.last_value, value)


def _has_text_or_number(key: Bound, text: Bound, number: Bound | None = None) -> Condition:
    equal = params.c.text == text
    either = equal if number is None else or_(equal, params.c.number == number)
    own = (params.c.run_id == runs.c.id, params.c.key == key, either)
    return exists().where(*own).correlate(runs)


CONDITIONS: Mapping[str, Callable[..., Any]] = {
    "nothing": false,
    "and": and_,
    "or": or_,
    "not": not_,
    **{f"{name} there": _is_there(column) for name, column in OWN.items()},
    **{
        f"{name} {op}": _of_run(column, OPERATORS[op])
        for name, column in OWN.items()
        for op in ALLOWED[KINDS[name]]
    },
    **{f"experiment {op}": _experiment(test) for op, test in OPERATORS.items()},
    "experiment =": _of_experiment,
    "under another": _is_under_another,
    "headline there": _has_metrics,
    **{f"headline {op}": _headline(test) for op, test in NUMBERS.items()},
    "keys": _keys,
    "param text or number": _has_text_or_number,
    **{kind: _exists(kind) for kind in LOOKUPS},
    "found": _found,
    "among": _among,
    **{f"rows {kind}": _rows(kind) for kind in LOOKUPS},
    **{f"joined metric {op}": _joined(test) for op, test in COMPARE.items()},
}
"""Each kind of condition, as a function of its bound values or of its parts.

`found` and `among` consist of `rows`, a headline has `keys`; these are no conditions themselves.
"""
