"""What to tell a client whose values have the wrong shape."""

import re

import msgspec
from chachaml_kernel.errors import Invalid
from msgspec import inspect

_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*?)`(?: - at `(?P<path>.*)`)?$")


def complain(error: msgspec.ValidationError, type_: object, *, where: str) -> Invalid:
    """Return the error that says what is wrong with a value that should have been a `type_`.

    An unknown field is named together with those that are allowed there. `where` is the part of the
    request that the value came from.
    """
    match = _UNKNOWN.match(str(error))
    if match is None:
        return Invalid(f"{where}: {error}")
    path = match["path"] or "$"
    allowed = ", ".join(_fields_at(inspect.type_info(type_), path)) or "none"
    place = "" if path == "$" else f" at {path}"
    return Invalid(f"{where}: unknown field {match['field']!r}{place}; allowed: {allowed}")


def _fields_at(info: inspect.Type, path: str) -> list[str]:
    """Return the names of the fields that the object at `path` may have."""
    for step in re.findall(r"\.([^.\[]+)|(\[)", path):
        info = _below(info, step[0])
    struct = _struct(info)
    return [field.encode_name for field in struct.fields] if struct else []


def _below(info: inspect.Type, name: str) -> inspect.Type:
    if isinstance(info, inspect.UnionType):
        inner = [kind for kind in info.types if not isinstance(kind, inspect.NoneType)]
        return _below(inner[0], name)
    if isinstance(info, inspect.ListType):
        return info.item_type
    if isinstance(info, inspect.DictType):
        return info.value_type
    struct = _struct(info)
    if struct is None:
        return info
    return next((field.type for field in struct.fields if field.encode_name == name), info)


def _struct(info: inspect.Type) -> inspect.StructType | None:
    return info if isinstance(info, inspect.StructType) else None
