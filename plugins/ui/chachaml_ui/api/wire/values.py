"""What many bodies and answers share: names, numbers, times, and the two smallest answers."""

import math
from typing import Annotated, Any, Literal, TypeAlias

from chachaml_kernel.domain.metrics import MAX_TIME
from chachaml_kernel.domain.models import Stage
from chachaml_kernel.domain.names import MAX_NAME, MAX_TEXT
from chachaml_kernel.domain.values import number_text
from msgspec import Meta, Struct

_PRINTABLE = "[^\\u0000-\\u001f\\u007f-\\u009f]"
_NAME_PATTERN = rf"^(?!\.{{1,2}}$){_PRINTABLE}*[^\s\u0000-\u001f\u007f-\u009f]{_PRINTABLE}*$"
NAME_SCHEMA = {"minLength": 1, "maxLength": MAX_NAME, "pattern": _NAME_PATTERN}
_TEXT_SCHEMA = {"maxLength": MAX_TEXT}

Name: TypeAlias = Annotated[
    str,
    Meta(
        description="1 to 250 characters, not all blank, no control characters",
        extra_json_schema=NAME_SCHEMA,
    ),
]
Text: TypeAlias = Annotated[
    str, Meta(description="Any text without NUL", extra_json_schema=_TEXT_SCHEMA)
]
Texts: TypeAlias = Annotated[
    dict[str, Text], Meta(extra_json_schema={"propertyNames": {"type": "string", **NAME_SCHEMA}})
]
Values: TypeAlias = Annotated[
    dict[str, Any], Meta(extra_json_schema={"propertyNames": {"type": "string", **NAME_SCHEMA}})
]
Id: TypeAlias = Annotated[str, Meta(description="An opaque id")]
Time: TypeAlias = Annotated[
    int,
    Meta(
        description="Milliseconds since the Unix epoch, UTC",
        extra_json_schema={"minimum": 0, "maximum": MAX_TIME},
    ),
]
Number: TypeAlias = float | Literal["NaN", "Infinity", "-Infinity"]
"""A metric's value: an IEEE double; what JSON cannot say is a word."""
StageName: TypeAlias = Annotated[str, Meta(extra_json_schema={"enum": [*Stage]})]


class Empty(Struct, frozen=True, forbid_unknown_fields=True):
    """A body that says nothing: `{}`."""


class Ok(Struct, frozen=True):
    """It is done, durably."""

    ok: Literal[True] = True


class Problem(Struct, frozen=True):
    """What went wrong: `error` is short and stable, `detail` says what would be right."""

    error: str
    detail: str


def number(value: float) -> Number:
    """Return `value` as JSON can say it."""
    return value if math.isfinite(value) else number_text(value)  # type: ignore[return-value]
