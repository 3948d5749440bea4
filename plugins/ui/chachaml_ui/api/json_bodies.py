"""JSON bodies: from bytes to typed values, strictly, but for `NaN` and the infinities."""

import json
import math
from collections import Counter
from typing import Any, TypeVar

import msgspec
from chachaml_kernel.domain.values import MAX_DEPTH, JsonValue
from chachaml_kernel.errors import Invalid

from chachaml_ui.api.complaints import complain

T = TypeVar("T")

TOO_DEEP = f"the body is nested too deeply; a value in it may be nested {MAX_DEPTH} levels deep"

LONGEST_INTEGER = 4300
"""Characters that the strict parser reads an integer of."""

_decoder: msgspec.json.Decoder[JsonValue] = msgspec.json.Decoder()


def read_json(body: bytes) -> JsonValue:
    """Return what `body` says; the bare tokens `NaN`, `Infinity`, `-Infinity` are floats.

    Raises `Invalid` for anything else that is not JSON in UTF-8, and for numbers that no IEEE
    double can hold. Of a key that is there twice the last value counts: see `refuse_duplicates`.
    """
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Invalid(f"the body holds a number that no 64-bit float can hold: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if b"NaN" in body or b"Infinity" in body:
            return _read_tolerantly(body)
        if not body.strip():
            raise Invalid("the body is empty; send JSON") from None
        raise Invalid(f"the body is not valid JSON in UTF-8: {error}") from None
    except RecursionError:
        raise Invalid(TOO_DEEP) from None


def read_typed(body: bytes, type_: type[T]) -> T:
    """Return `body` as a `type_`; raise `Invalid` with the path of what is wrong."""
    value = read_json(body)
    if not isinstance(value, dict) or body.count(b":") != len(value):  # else no key is there twice
        refuse_duplicates(body)
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        raise complain(error, type_, where="body") from None


def refuse_duplicates(body: bytes) -> None:
    """Raise `Invalid` if an object in `body`, which is valid JSON, has a key twice."""
    try:
        json.loads(body, object_pairs_hook=_unique)
    except RecursionError:
        raise Invalid(TOO_DEEP) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise Invalid(f"the body has the key {twice!r} twice in one object; send it once")
    return found


def _read_tolerantly(body: bytes) -> JsonValue:
    """Return what `body` says where only Python's own parser can tell."""
    try:
        value: JsonValue = json.loads(body.decode(), parse_float=_finite, parse_int=_whole)
        _decoder.decode(msgspec.json.encode(value))  # refuses lone surrogates, as Python does not
    except (ValueError, msgspec.MsgspecError) as error:
        raise Invalid(f"the body is not valid JSON in UTF-8: {error}") from None
    except RecursionError:
        raise Invalid(TOO_DEEP) from None
    return value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _too_large(text)
    return number


def _whole(text: str) -> int:
    if len(text) > LONGEST_INTEGER:
        raise _too_large(text)
    return int(text)


def _too_large(text: str) -> Invalid:
    return Invalid(f"the body holds the number {text[:50]}, which no 64-bit float can hold")
