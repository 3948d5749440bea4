"""What a query wants of runs, as filters."""

import math
from collections.abc import Sequence
from typing import Any

from chachaml_kernel.domain.language.fields import KEYED
from chachaml_kernel.domain.language.tree import (
    And,
    Comparison,
    Expression,
    Field,
    FieldName,
    Missing,
    Not,
    Or,
    Value,
)
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.values import number_of, plain_text

from chachaml_store_sql.lists.filters import Filter
from chachaml_store_sql.schema import BRIEF

NOTHING = Filter("nothing")


def filters(query: RunQuery) -> list[Filter]:
    """Return what must hold for each run that `query` describes, its page aside."""
    equal: dict[FieldName, str | bool | None] = {
        "experiment": query.experiment,
        "status": query.status and query.status.value,
        "user": query.created_by,
        "name": query.name,
        "parent": query.parent_run_id,
        "archived": query.archived,
    }
    own = [
        Comparison(Field(name), "=", (value,)) for name, value in equal.items() if value is not None
    ]
    tagged = [Comparison(Field("tag", key), "=", (value,)) for key, value in query.tags.items()]
    wanted = [_filter(each, query.headline) for each in (*own, *tagged)]
    if query.roots:
        wanted.append(Filter("not", parts=(Filter("under another"),)))
    wanted.extend(_param(key, text) for key, text in query.params.items())
    if query.metric is not None:
        wanted.append(_metric(query.metric.key, query.metric.op.value, query.metric.value))
    if query.where is not None:
        parts = query.where.parts if isinstance(query.where, And) else (query.where,)
        wanted.extend(_filter(part, query.headline) for part in parts)
    return wanted


def _param(key: str, text: str) -> Filter:
    number = number_of(text)
    values = (key, plain_text(text)) if number is None else (key, plain_text(text), number)
    return Filter("param text or number", values)


def _metric(key: str, operator: str, value: float) -> Filter:
    return NOTHING if value != value else Filter(f"metric {operator}", (key, value))


def _filter(expression: Expression, preferred: Sequence[str]) -> Filter:
    match expression:
        case Comparison():
            return _comparison(expression, preferred)
        case Missing():
            return Filter("not", parts=(_there(expression.field),))
        case Not():
            return Filter("not", parts=(_filter(expression.part, preferred),))
        case And() | Or():
            kind = "and" if isinstance(expression, And) else "or"
            return Filter(kind, parts=[_filter(part, preferred) for part in expression.parts])


def _there(field: Field) -> Filter:
    if field.name == "experiment":
        return Filter("not", parts=(NOTHING,))
    if field.name == "headline":
        return Filter("headline there")
    return Filter(f"{field.name} there", (field.key,) if field.name in KEYED else ())


def _comparison(comparison: Comparison, preferred: Sequence[str]) -> Filter:
    field, operator, values = comparison.field, comparison.operator, comparison.values
    match field.name:
        case "metric":
            return _numbers(f"metric{field.part}", operator, values, before=(field.key,))
        case "headline":
            return _numbers("headline", operator, values, parts=[Filter("keys", preferred)])
        case "param":
            return _param_comparison(field.key, operator, values)
        case "tag":
            return _texts("tag", field.key, operator, values)
    if operator in ("~", "!~"):
        return Filter(f"{field.name} {operator}", (_pattern(values[0]),))
    return Filter(f"{field.name} {operator}", _padded(values))


def _numbers(
    what: str,
    operator: str,
    values: Sequence[Any],
    *,
    before: Sequence[str] = (),
    parts: Sequence[Filter] = (),
) -> Filter:
    """Return a comparison of a number that may be NaN."""
    numbers = [value for value in values if not math.isnan(value)]
    either = []
    if len(numbers) < len(values):
        is_nan = "is nan" if operator in ("=", "in") else "is number"
        either.append(Filter(f"{what} {is_nan}", before, parts))
    if numbers:
        either.append(Filter(f"{what} {operator}", (*before, *_padded(numbers)), parts))
    return _together(operator, either)


def _param_comparison(key: str, operator: str, values: Sequence[Value]) -> Filter:
    texts = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if not isinstance(value, str)]
    parts = []
    if texts:
        parts.append(_texts("param text", key, operator, [plain_text(text) for text in texts]))
    if numbers:
        parts.append(Filter(f"param number {operator}", (key, *_padded(numbers))))
    return _together(operator, parts)


def _texts(what: str, key: str, operator: str, values: Sequence[Any]) -> Filter:
    if operator in ("~", "!~"):
        return Filter(f"{what} {operator}", (key, _pattern(values[0])))
    if operator in ("=", "in"):
        padded = _padded(values)
        return Filter(f"{what} in", (key, *padded, *(text[:BRIEF] for text in padded)))
    return Filter(f"{what} {operator}", (key, *_padded(values)))


def _together(operator: str, parts: Sequence[Filter]) -> Filter:
    """Return what holds for one of the values if `operator` is positive, else for all of them."""
    if len(parts) == 1:
        return parts[0]
    return Filter("or" if operator in ("=", "in") else "and", parts=parts)


def _padded(values: Sequence[Any]) -> Sequence[Any]:
    """Return `values`, the last one repeated up to a power of two: so shapes are few."""
    count = 1 << (len(values) - 1).bit_length()
    return (*values, *[values[-1]] * (count - len(values)))


def _pattern(value: object) -> str:
    """Return the pattern of texts that contain a text."""
    escaped = str(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
