"""The forms in which points are sent, all parsed to columns by key.

1. `{"loss": 0.4, "step": 12}`: every key but `step` and `timestamp` is a metric.
2. `{"metrics": {"loss": 0.4}, "step": 12}`: the same for keys that would collide.
3. `[…, …]`: many of the above.
4. `{"metrics": {"loss": [0.9, 0.5]}, "step": [0, 1]}`: columns of one length.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any

from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import Invalid

from chachaml_ui.api.json_bodies import read_json, refuse_duplicates

WORDS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
RESERVED = ("step", "timestamp")
GROUPED = ("metrics", *RESERVED)


def read_points(body: bytes, now: int) -> Mapping[str, Points]:
    """Return the points that `body` logs, each key's in their order; last key is logged last.

    Points without a timestamp were logged at `now`. Raises `Invalid` with the key or the position
    of what is wrong.
    """
    value = read_json(body)
    if isinstance(value, list):
        keys, points = _read_list(value, now)
    elif isinstance(value, dict):
        keys, points = _read_object(value, now)
    else:
        raise Invalid('metrics are sent as a JSON object or an array; for example {"loss": 0.4}')
    if body.count(b":") != keys:
        refuse_duplicates(body)
    return points


def _read_object(value: dict[str, Any], now: int) -> tuple[int, Mapping[str, Points]]:
    """Read forms 1, 2 and 4; return the number of keys that were read, too."""
    if not isinstance(value.get("metrics"), dict):
        return len(value), _columns([_read_one(value, now)])
    metrics: dict[str, Any] = value["metrics"]
    keys = len(value) + len(metrics)
    if any(isinstance(column, list) for column in metrics.values()):
        return keys, _read_columns(value, now)
    return keys, _columns([_read_one(value, now)])


def _read_list(values: list[Any], now: int) -> tuple[int, Mapping[str, Points]]:
    """Read form 3."""
    points = _columns(_read_each(values, now))
    return sum(map(_count_keys, values)), points


def _count_keys(value: dict[str, Any]) -> int:
    metrics = value.get("metrics")
    return len(value) + (len(metrics) if isinstance(metrics, dict) else 0)


Row = tuple[dict[str, float], int | None, int]


def _read_each(values: list[Any], now: int) -> Iterator[Row]:
    """Yield the rows of a list one by one, since there may be very many."""
    for position, value in enumerate(values):
        if not isinstance(value, dict):
            raise Invalid(f'[{position}] is no object; send for example [{{"loss": 0.4}}]')
        try:
            yield _read_one(value, now)
        except Invalid as error:
            raise Invalid(f"[{position}]: {error.detail}") from None


def _read_one(value: dict[str, Any], now: int) -> Row:
    """Read one object of form 1 or 2."""
    step, timestamp = value.get("step"), value.get("timestamp")
    metrics = value.get("metrics")
    if isinstance(metrics, dict):
        _refuse_others(value)
        values = {key: _number(key, number) for key, number in metrics.items()}
    else:
        values = {
            key: number if type(number) is float else _number(key, number)
            for key, number in value.items()
            if key not in RESERVED
        }
    return (
        values,
        None if step is None else _integer("step", step),
        now if timestamp is None else _integer("timestamp", timestamp),
    )


def _columns(rows: Iterable[Row]) -> Mapping[str, Points]:
    """Turn rows into columns; keys in the order in which each was logged last."""
    columns: dict[str, tuple[list[float], list[int], list[int | None]]] = {}
    for values, step, time in rows:
        for key, number in values.items():
            column = columns.pop(key, None) or ([], [], [])
            columns[key] = column
            column[0].append(number)
            column[1].append(time)
            column[2].append(step)
    return {key: _points(*column) for key, column in columns.items()}


def _points(values: list[float], times: list[int], steps: list[int | None]) -> Points:
    return Points(values, times, None if steps.count(None) == len(steps) else steps)


def _read_columns(value: dict[str, Any], now: int) -> Mapping[str, Points]:
    """Read form 4."""
    _refuse_others(value)
    columns = {key: _numbers(key, column) for key, column in value["metrics"].items()}
    first, length = next((key, len(column)) for key, column in columns.items())
    steps = _integers("step", value.get("step"))
    times = _integers("timestamp", value.get("timestamp"))
    given = {**columns, "step": steps, "timestamp": times}
    for key, column in given.items():
        if column is not None and len(column) != length:
            raise Invalid(
                f"columns differ in length: {first!r} has {length} values, {key!r} {len(column)}"
            )
    if times is None:
        times = [now] * length
    filled = [now if time is None else time for time in times]
    return {
        key: _points(column, filled, steps if steps is not None else [None] * length)
        for key, column in columns.items()
    }


def _refuse_others(value: dict[str, Any]) -> None:
    for key in value:
        if key not in GROUPED:
            raise Invalid(
                f"unknown field {key!r} beside 'metrics'; allowed: {', '.join(GROUPED)}. "
                "Put all metrics inside of 'metrics', or none"
            )


def _number(key: str, value: JsonValue) -> float:
    """Return a metric's value as a double."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise Invalid(f"metric {key!r} is too large for a 64-bit float") from None
    if isinstance(value, str) and value in WORDS:
        return WORDS[value]
    raise Invalid(
        f"metric {key!r} is {_kind(value)}; a value is a number or one of "
        "'NaN', 'Infinity' and '-Infinity'"
    )


def _numbers(key: str, column: JsonValue) -> list[float]:
    """Return a column of values as doubles."""
    if not isinstance(column, list):
        raise Invalid(f"metric {key!r} is {_kind(column)} beside columns; send an array of numbers")
    if set(map(type, column)) <= {float}:
        return column
    return list(map(_number, repeat(key), column))


def _integers(what: str, column: JsonValue) -> list[int | None] | None:
    """Return a column of steps or timestamps, or none where there is none."""
    if column is None:
        return None
    if not isinstance(column, list):
        raise Invalid(f"{what!r} is {_kind(column)} beside columns of metrics; send an array")
    if set(map(type, column)) <= {int}:
        return column
    return [None if value is None else _integer(what, value) for value in column]


def _integer(what: str, value: JsonValue) -> int:
    """Return a step or a timestamp; JSON's `12.0` is an integer as well."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise Invalid(f"{what!r} is {_kind(value)}; it must be a whole number")


def _kind(value: JsonValue) -> str:
    """Return what a JSON value is, in words, with the value where that is short."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    return repr(value)[:50] if isinstance(value, str | float) else str(value).lower()[:50]
