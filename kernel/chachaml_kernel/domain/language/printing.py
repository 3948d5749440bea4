"""From the tree of a query to the one text that stands for it."""

import re

from chachaml_kernel.domain.language.fields import KEYED, kind_of
from chachaml_kernel.domain.language.tree import (
    And,
    Comparison,
    Expression,
    Field,
    Missing,
    Not,
    Or,
)
from chachaml_kernel.domain.language.values import quoted, written
from chachaml_kernel.domain.language.words import RESERVED

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_./-]+")


def printed(expression: Expression) -> str:
    """Return the text of an expression, from which parsing makes the same one again."""
    match expression:
        case Comparison():
            return _comparison(expression)
        case Missing():
            return f"{field_text(expression.field)} is null"
        case Not(Missing(field)):
            return f"{field_text(field)} is not null"
        case Not():
            return f"not {_within(expression.part, And, Or)}"
        case And():
            return " and ".join(_within(part, Or) for part in expression.parts)
        case Or():
            return " or ".join(printed(part) for part in expression.parts)


def field_text(field: Field) -> str:
    """Return a field as a query writes it."""
    if field.name not in KEYED:
        return field.name
    return f"{field.name}.{key_text(field.key)}{f':{field.part}' if field.part else ''}"


def key_text(key: str) -> str:
    """Return a key as a query writes it: in quotes, unless it is plain."""
    return key if _PLAIN_KEY.fullmatch(key) else quoted(key)


def _within(part: Expression, *looser: type) -> str:
    """Return the text of a part, in parentheses if it is of a kind that binds looser."""
    return f"({printed(part)})" if isinstance(part, looser) else printed(part)


def _comparison(of: Comparison) -> str:
    kind = kind_of(of.field)
    values = [written(kind, value, RESERVED) for value in of.values]
    is_list = of.operator in ("in", "not in")
    return f"{field_text(of.field)} {of.operator} " + (
        f"({', '.join(values)})" if is_list else values[0]
    )
