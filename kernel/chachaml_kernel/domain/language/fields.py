"""Which fields there are, of which kind each is, and what a kind can be asked."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from chachaml_kernel.domain.language.tree import Field, FieldName, Operator, Part

Kind: TypeAlias = Literal["text", "status", "time", "duration", "number", "flag", "param"]
KeyKind: TypeAlias = Literal["metric", "param", "tag"]

KINDS: Mapping[FieldName, Kind] = {
    "id": "text",
    "name": "text",
    "experiment": "text",
    "status": "status",
    "user": "text",
    "parent": "text",
    "error": "text",
    "note": "text",
    "started": "time",
    "ended": "time",
    "duration": "duration",
    "archived": "flag",
    "headline": "number",
    "metric": "number",
    "param": "param",
    "tag": "text",
}
KEYED: tuple[KeyKind, ...] = get_args(KeyKind)
PARTS: tuple[Part, ...] = tuple(part for part in get_args(Part) if part)

_EQUAL: tuple[Operator, ...] = ("=", "!=")
_ORDER: tuple[Operator, ...] = ("<", "<=", ">", ">=")
_AMONG: tuple[Operator, ...] = ("in", "not in")
_CONTAINS: tuple[Operator, ...] = ("~", "!~")
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = {
    "text": _EQUAL + _CONTAINS + _ORDER + _AMONG,
    "status": _EQUAL + _AMONG,
    "time": _ORDER + _EQUAL + _AMONG,
    "duration": _ORDER + _EQUAL + _AMONG,
    "number": _ORDER + _EQUAL + _AMONG,
    "flag": _EQUAL,
    "param": _EQUAL + _ORDER + _CONTAINS + _AMONG,
}
"""The likeliest first."""


def kind_of(field: Field) -> Kind:
    """Return what a field is compared as."""
    return KINDS[field.name]
