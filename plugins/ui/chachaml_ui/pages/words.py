"""How pages write times, durations and sizes."""

from datetime import UTC, datetime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def moment(at: int, *, now: int) -> str:
    """Return when `at` was, as seen at `now`: how long ago on its first day, then its date.

    Both are milliseconds since the Unix epoch; dates and hours are UTC.
    """
    ago = now - at
    if ago < MINUTE:
        return "just now"
    if ago < HOUR:
        return f"{ago // MINUTE} min ago"
    if ago < DAY:
        return f"{ago // HOUR} h ago"
    then = _utc(at)
    if then.year == _utc(now).year:
        return f"{then.day} {then:%b %H:%M}"
    return f"{then.day} {then:%b %Y}"


def precise(at: int) -> str:
    """Return `at` in ISO 8601 to the second, UTC, which a `<time>` element takes too."""
    return f"{_utc(at).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def duration(milliseconds: int) -> str:
    """Return a length of time in its two largest units, such as `54 min 20 s`."""
    if milliseconds < SECOND:
        return f"{max(milliseconds, 0)} ms"
    if milliseconds < MINUTE:
        return f"{milliseconds // SECOND} s"
    if milliseconds < HOUR:
        return f"{milliseconds // MINUTE} min {milliseconds % MINUTE // SECOND:02} s"
    if milliseconds < 2 * DAY:
        return f"{milliseconds // HOUR} h {milliseconds % HOUR // MINUTE:02} min"
    return f"{milliseconds // DAY} d {milliseconds % DAY // HOUR:02} h"


def day_or_hour(at: int, *, step: int) -> str:
    """Return the name of a moment on an axis whose moments are `step` milliseconds apart, UTC."""
    then = _utc(at)
    if step < DAY:
        return f"{then.day} {then:%b %H:%M}"
    return f"{then.day} {then:%b}" if step < 365 * DAY else f"{then:%Y}"


def size(count: int) -> str:
    """Return a number of bytes in the unit that fits, such as `24.3 MB` (a MB is a million)."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 99.95 else f"{value:.1f} {unit}"
        value /= 1_000
    return f"{value:,.1f} TB"


def _utc(at: int) -> datetime:
    return datetime.fromtimestamp(at / SECOND, tz=UTC)
