"""Values as a query writes them, each in the words of its field's kind."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from chachaml_kernel.domain.language.fields import Kind
from chachaml_kernel.domain.language.tree import Ago, Value
from chachaml_kernel.domain.runs import RunStatus

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS: Mapping[str, int] = {
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "min": 60_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
LONGEST = 2**53
"""Milliseconds of a duration, and from the epoch to a time."""

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SPECIAL = {"nan": math.nan, "inf": math.inf, "infinity": math.inf}
_AMOUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)(ms|min|[wdhms])")
_DURATION = re.compile(rf"(?:{_AMOUNT.pattern}){{1,7}}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{4,15}(Z|[+-][0-9:]{4,6})?)?")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")


class Unreadable(ValueError):
    """A text is no value of a kind; its message says what would be."""


def number(word: str) -> float | None:
    """Return the number that a word is, `nan` and `inf` included; none if it is no number.

    Raises `Unreadable` for one that no double comes near to.
    """
    bare = word.lower().lstrip("+-")
    if bare in _SPECIAL and len(word) - len(bare) <= 1:
        return -_SPECIAL[bare] if word[0] == "-" and bare != "nan" else _SPECIAL[bare]
    if not _NUMBER.fullmatch(word):
        return None
    value = float(word)
    if math.isinf(value):
        raise Unreadable("this number is too large; write inf for infinity")
    return value


def read(kind: Kind, text: str, *, quoted: bool) -> Value:
    """Return the value that a word or a quoted text is for a field; raise `Unreadable` if none."""
    if kind == "param":
        return _param(text, quoted=quoted)
    if quoted and kind in ("number", "duration", "flag"):
        raise Unreadable(f"{WANTED[kind]} is wanted; leave the quotes away")
    return READERS[kind](text)


def _text(text: str) -> str:
    return text


def _status(text: str) -> str:
    if text not in list(RunStatus):
        raise Unreadable(f"no status is named {text[:50]!r}; use one of {', '.join(RunStatus)}")
    return text


def _number(text: str) -> float:
    value = number(text)
    if value is None:
        raise Unreadable(f"{WANTED['number']} is wanted, not {text[:50]!r}")
    return value


def _param(text: str, *, quoted: bool) -> str | float:
    """Return a finite number, or a text; params have the words of what JSON has no number for."""
    value = None if quoted else number(text)
    if value is None:
        return text
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise Unreadable(f"{WANTED['flag']} is wanted, not {text[:50]!r}")
    return text.lower() == "true"


def _duration(text: str) -> int:
    if not _DURATION.fullmatch(text):
        raise Unreadable(f"{WANTED['duration']} is wanted, not {text[:50]!r}")
    spans = [float(amount) * UNITS[unit] for amount, unit in _AMOUNT.findall(text)]
    if sum(spans) > LONGEST:
        raise Unreadable("this duration is too long")
    return round(sum(spans))


def _time(text: str) -> int | Ago:
    if text.startswith("-") and _DURATION.fullmatch(text[1:]):
        return Ago(_duration(text[1:]))
    if re.fullmatch(r"[0-9]{1,16}", text) and int(text) <= LONGEST:
        return int(text)
    try:
        moment = datetime.fromisoformat(text) if _DATE.fullmatch(text) else None
        if moment is not None:
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return (aware - EPOCH) // timedelta(milliseconds=1)
    except ValueError as error:
        raise Unreadable(f"{text!r} is no time ({error})") from None
    raise Unreadable(f"{WANTED['time']} is wanted, not {text[:50]!r}")


READERS: Mapping[Kind, Callable[[str], Value]] = {
    "text": _text,
    "status": _status,
    "number": _number,
    "flag": _flag,
    "duration": _duration,
    "time": _time,
}
WANTED: Mapping[Kind, str] = {
    "number": "a number (0.1, 1e-3, nan, inf)",
    "flag": "true or false",
    "duration": "a duration (90s, 5m, 1h30m, 7d)",
    "time": "a time (-7d, 2025-10-09, 2025-10-09T08:30, or milliseconds since the epoch)",
}


def written(kind: Kind, value: Value, reserved: tuple[str, ...]) -> str:
    """Return a value as `read` reads it; texts are quoted unless they are plain words."""
    match value:
        case Ago():
            return f"-{_written_duration(value.milliseconds)}"
        case bool():
            return "true" if value else "false"
        case str():
            is_plain = _PLAIN.fullmatch(value) and value.lower() not in reserved
            if is_plain and (kind != "param" or number(value) is None):
                return value
            return quoted(value)
    if kind == "duration":
        return _written_duration(int(value))
    return _written_time(int(value)) if kind == "time" else written_number(value)


def quoted(text: str) -> str:
    """Return a text in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def written_number(value: float) -> str:
    """Return a number in as few characters as bring it back."""
    text = repr(float(value))
    return text.removesuffix(".0")


def _written_duration(milliseconds: int) -> str:
    spans = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, milliseconds = divmod(milliseconds, UNITS[unit])
        if count:
            spans.append(f"{count}{unit}")
    return "".join(spans) or "0s"


def _written_time(value: int) -> str:
    try:
        moment = EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        return str(value)
    precision = "milliseconds" if value % 1_000 else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=precision) + "Z"
