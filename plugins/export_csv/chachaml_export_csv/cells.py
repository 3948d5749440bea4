"""How each kind of cell is said in CSV."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from chachaml_kernel.domain.values import JsonValue, canonical, number_text

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  the wide letters are meant
"""With these a spreadsheet takes a cell for a formula: OWASP, "CSV Injection"."""

EPOCH = datetime(1970, 1, 1)
CALENDAR_CYCLE_MS = 146_097 * 86_400_000
"""After 400 years, which are so many days, the Gregorian calendar repeats itself."""


def guarded(text: str) -> str:
    """Return `text`, with a leading `'` where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def number(value: float) -> str:
    """Return the shortest exact text of an integer or a double; `NaN`, `Infinity`, `-Infinity`."""
    return str(value) if isinstance(value, int) else number_text(value)


def time(milliseconds: int) -> str:
    """Return a time since the Unix epoch in UTC as ISO 8601: `2026-01-02T03:04:05.678Z`.

    Years past 9999, which Python's datetime cannot say, have a sign and six digits, as in
    ECMAScript's Date.
    """
    cycles, rest = divmod(milliseconds, CALENDAR_CYCLE_MS)
    moment = EPOCH + timedelta(milliseconds=rest)
    year = moment.year + 400 * cycles
    year_text = f"{year:04d}" if year <= 9999 else f"+{year:06d}"
    return f"{year_text}{moment.isoformat(timespec='milliseconds')[4:]}Z"


def anything(value: JsonValue) -> str:
    """Return a JSON value: text guarded, numbers as numbers, all else as canonical JSON."""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return canonical(value)


ENCODERS: Mapping[str, Callable[[Any], str]] = {
    "text": guarded,
    "integer": number,
    "number": number,
    "boolean": canonical,
    "time": time,
    "any": anything,
}
"""By a column's kind, the text of its cells that are not none."""
