"""Where values lie in a range, in words that overflow and underflow nowhere.

PostgreSQL raises where SQLite and Python round to an infinity or to zero.
"""

from typing import TypeAlias

from sqlalchemy import ColumnElement, Double, case, func, literal, or_, type_coerce

Number: TypeAlias = ColumnElement[float]

HUGE = 1e307
"""A range that ends beyond is halved, since the distance of its ends may be no double."""
NEGLIGIBLE = 1e-30
"""So small a part of a range is nothing of it."""
SCALE = 2.0**-60
"""So many times smaller, no values sum up to more than a double holds."""


def part_of(value: Number, least: Number, greatest: Number) -> Number:
    """Return how far a value lies into a range, from 0 to 1; 0 where the ends of it are equal."""
    is_wide = or_(greatest > _real(HUGE), least < _real(-HUGE))
    length = _between(least, greatest, is_wide)
    into = _between(least, value, is_wide)
    counts = case(
        (length > _real(1.0), into > length * _real(NEGLIGIBLE)),
        else_=into * _real(1 / NEGLIGIBLE) > length,
    )
    part = into / type_coerce(length, Double())
    return type_coerce(case((value.is_(None), None), (counts, part), else_=_real(0.0)), Double())


def _between(first: Number, second: Number, is_wide: ColumnElement[bool]) -> Number:
    distance = case((is_wide, _half(second) - _half(first)), else_=second - first)
    return type_coerce(distance, Double())


def _half(value: Number) -> Number:
    """Return the half of an end of a wide range, or of what lies in it."""
    return _without_small(value, beyond=1.0) * _real(0.5)


def mean_order(value: Number) -> Number:
    """Return the mean of the values of a group, or what is in the same order and can be summed."""
    total = func.sum(_without_small(value, beyond=1e-280) * _real(SCALE))
    count = func.nullif(func.count(value) * _real(1.0), _real(0.0))
    mean = type_coerce(total, Double()) / type_coerce(count, Double())
    return type_coerce(mean, Double())


def _without_small(value: Number, *, beyond: float) -> Number:
    small = value.between(_real(-beyond), _real(beyond))
    return type_coerce(case((small, _real(0.0)), else_=value), Double())


def _real(value: float) -> Number:
    return literal(value, Double())
