"""What a query means: whether it holds for a run.

There are two truths and no third. A comparison with something that a run does not have is false,
and so is one with a metric that is NaN, but for `= nan` and `in (nan)`; `not` turns that around. A
param is a number or a text, which is the canonical JSON of what is neither; null is as good as not
there. Numbers are compared with numbers as doubles, texts with texts by their code points. `~`
takes the letters A to Z for their small ones, and looks at the text of a number too.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from chachaml_kernel.domain.language.tree import (
    And,
    Comparison,
    Expression,
    Field,
    Missing,
    Not,
    Operator,
    Or,
    Value,
)
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.runs import Run
from chachaml_kernel.domain.values import JsonValue, double_of, plain_text

ORDER: Mapping[Operator, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SMALL = {ord(letter): ord(letter.lower()) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


class Subject(Struct, frozen=True, kw_only=True):
    """What of a run a query may ask for. A note that is empty is none."""

    run: Run
    params: Mapping[str, JsonValue]
    metrics: Mapping[str, Metric]
    tags: Mapping[str, str]
    note: str
    headline: float | None


def holds(expression: Expression, subject: Subject) -> bool:
    """Tell whether an expression, whose times are all dated, holds for a run."""
    match expression:
        case Comparison():
            return _compares(expression, subject)
        case Missing():
            return value_of(expression.field, subject) is None
        case Not():
            return not holds(expression.part, subject)
        case And():
            return all(holds(part, subject) for part in expression.parts)
        case Or():
            return any(holds(part, subject) for part in expression.parts)


def value_of(field: Field, subject: Subject) -> Value | None:
    """Return what a run has as a field; none where it has it not."""
    run = subject.run
    match field.name:
        case "metric":
            metric = subject.metrics.get(field.key)
            part: float | None = getattr(metric, field.part or "value", None)
            return part
        case "param":
            value = subject.params.get(field.key)
            number = double_of(value)
            return number if value is None or number is not None else plain_text(value)
        case "tag":
            return subject.tags.get(field.key)
        case "headline":
            return subject.headline
        case "note":
            return subject.note or None
        case "status":
            return run.status.value
        case name:
            own: Value | None = getattr(run, ATTRIBUTES.get(name, name))
            return own


ATTRIBUTES = {
    "user": "created_by",
    "parent": "parent_run_id",
    "started": "started_at",
    "ended": "ended_at",
}
"""What a run calls its fields that a query calls otherwise."""


def _compares(comparison: Comparison, subject: Subject) -> bool:
    value, how = value_of(comparison.field, subject), comparison.operator
    wanted = comparison.values
    if value is None:
        return False
    if value != value:
        return how in ("=", "in") and any(one != one for one in wanted)
    match how:
        case "=" | "in":
            return value in wanted
        case "!=" | "not in":
            return value not in wanted
        case "~" | "!~":
            return _contains(_text(comparison.field, subject), wanted) == (how == "~")
    return isinstance(value, str) == isinstance(wanted[0], str) and ORDER[how](value, wanted[0])


def _text(field: Field, subject: Subject) -> str:
    if field.name == "param":
        return plain_text(subject.params[field.key])
    return str(value_of(field, subject))


def _contains(text: str, wanted: Sequence[Value]) -> bool:
    return str(wanted[0]).translate(SMALL) in text.translate(SMALL)
