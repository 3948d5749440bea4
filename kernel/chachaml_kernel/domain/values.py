"""JSON values as users log them in params, environments and dataset features."""

import json
import math
import re
from typing import Any, TypeAlias

from chachaml_kernel.errors import Invalid

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
JsonValue: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None
"""Anything that JSON (RFC 8259) can say; numbers in it are finite."""

PLAIN = frozenset({bool, int, str, type(None)})
"""Types whose values hold nothing and are finite; told at once of millions of values."""

_canonical = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)

MAX_DEPTH = 64
"""How many arrays and objects of a value may lie within each other."""


def check_value(what: str, value: JsonValue) -> JsonValue:
    """Return `value` as it may be stored as a `what`, or raise `Invalid`.

    At most 64 arrays and objects lie within each other; NaN and infinities become their words.
    """
    depth, level = 0, _nested([value])
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise Invalid(f"{what} is nested more than {MAX_DEPTH} levels deep; flatten it")
        level = [child for parent in level for child in _nested(parent)]
    return without_nan(value)


def canonical(value: JsonValue) -> str:
    """Return one text for one value: keys sorted, no blanks, UTF-8 characters as they are.

    Raises `ValueError` for a NaN or an infinity, which JSON cannot say.
    """
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return repr(value)  # as JSON writes it, in a tenth of the time
    return _canonical.encode(value)


def same(a: JsonValue, b: JsonValue) -> bool:
    """Tell whether two JSON values mean the same: `1` and `1.0` do, `1` and `true` do not."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def without_nan(value: JsonValue) -> JsonValue:
    """Return `value` with each NaN and infinity, which JSON cannot say, as the string for it."""
    if isinstance(value, float) and not math.isfinite(value):
        return number_text(value)
    if isinstance(value, dict):
        return {key: without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list) and not PLAIN.issuperset(map(type, value)):
        return [without_nan(inner) for inner in value]
    return value


def _nested(parent: list[Any] | dict[str, Any]) -> list[list[Any] | dict[str, Any]]:
    """Return those values directly within `parent` that hold values themselves."""
    values = parent.values() if isinstance(parent, dict) else parent
    if PLAIN.issuperset(map(type, values)):
        return []
    return [value for value in values if isinstance(value, list | dict)]


def text_of(value: JsonValue) -> str:
    """Return what a filter compares a value with: a string's own text, or the canonical JSON."""
    return value if isinstance(value, str) else canonical(value)


def plain_text(value: JsonValue) -> str:
    """Return the text of a value as stores look for it: without NUL, which not all of them take."""
    return text_of(value).replace("\0", "\\u0000")


def double_of(value: JsonValue) -> float | None:
    """Return the double that a number is nearest to; none if it is too large, or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def number_of(text: str) -> float | None:
    """Return the number that `text` writes as JSON does, give or take leading zeros; else none."""
    number = float(text) if NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None


def number_text(value: float) -> str:
    """Return the text of a double: the shortest that reads back as the same, `NaN`, `Infinity`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)
