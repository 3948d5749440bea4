"""Query strings: from text to typed values, strictly."""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec
from chachaml_kernel.domain.paging import DEFAULT_LIMIT, MAX_LIMIT, Position, decode_cursor
from chachaml_kernel.errors import Invalid
from msgspec.structs import fields
from multidict import MultiMapping

from chachaml_ui.api.metric_bodies import WORDS

Q = TypeVar("Q", bound=msgspec.Struct)

PREFIXES = ("tag.", "param.", "key.")


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of a list."""

    limit: Annotated[int, msgspec.Meta(extra_json_schema={"minimum": 1, "maximum": MAX_LIMIT})] = (
        DEFAULT_LIMIT
    )
    cursor: Annotated[str, msgspec.Meta(description="From the `Link` of a page")] | None = None

    def after(self, order: str) -> Position | None:
        """Return where this part of the list in `order` begins."""
        return None if self.cursor is None else decode_cursor(order, self.cursor)


def query_reader(type_: type[Q]) -> Callable[[MultiMapping[str]], Q]:
    """Return what turns a query string into a `type_`.

    A field that is named as a prefix takes all parameters that begin so, by the rest of their
    names.
    """
    known = {field.encode_name: field.required for field in fields(type_)}
    allowed = ", ".join(f"{name}KEY" if name in PREFIXES else name for name in known) or "none"

    def read(query: MultiMapping[str]) -> Q:
        values: dict[str, Any] = {}
        for name, text in query.items():
            prefix = name[: name.find(".") + 1]
            is_keyed = prefix in PREFIXES
            if (prefix if is_keyed else name) not in known:
                raise Invalid(f"no query parameter is named {name!r}; allowed: {allowed}")
            place = values.setdefault(prefix, {}) if is_keyed else values
            key = name.removeprefix(prefix) if is_keyed else name
            if key in place:
                raise Invalid(f"query parameter {name!r} is there twice; send it once")
            place[key] = text
        for name, required in known.items():
            if required and name not in values:
                raise Invalid(f"query parameter {name!r} is missing; add it")
        return _convert(values, type_, "query parameter")

    return read


def read_path(match: Mapping[str, str], type_: type[Q]) -> Q:
    """Return the parameters of a path as a `type_`."""
    return _convert(dict(match), type_, "path parameter")


def read_number(name: str, text: str) -> float:
    """Return the double that a query parameter says, NaN and infinities included."""
    if text in WORDS:
        return WORDS[text]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise Invalid(f"{name} is {text!r}; it must be a number, NaN, Infinity or -Infinity")
    return value


def _convert(values: dict[str, Any], type_: type[Q], what: str) -> Q:
    try:
        return msgspec.convert(values, type_, strict=False)
    except msgspec.ValidationError as error:
        message = str(error)
        name = message.rpartition("$.")[2].rstrip("`")
        raise Invalid(
            f"{what} {name!r} is {values[name]!r}; it must be {_wanted(message, name, type_)}"
        ) from None


def _wanted(message: str, name: str, type_: type[Q]) -> str:
    """Return in words what the parameter `name` must be, from the parser's `message`."""
    (field,) = (field for field in fields(type_) if field.encode_name == name)
    if get_origin(field.type) is Literal:
        return f"one of {', '.join(get_args(field.type))}"
    expected = message.partition(" - at ")[0].partition(", got")[0].removeprefix("Expected ")
    return expected.replace("`int | null`", "`int`").replace("`int`", "a whole number")
