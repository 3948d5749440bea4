"""Two versions of a model side by side, as rows of a table."""

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

from chachaml_kernel.domain.comparison import VersionDiff
from chachaml_kernel.domain.values import JsonValue, number_text, same, text_of
from msgspec import Struct

from chachaml_ui.pages.figures import figure
from chachaml_ui.pages.words import size

V = TypeVar("V")


WRITTEN: Mapping[str, Callable[[JsonValue], str]] = {
    "size": lambda value: size(value) if isinstance(value, int) else text_of(value),
    "sha256": lambda value: f"{text_of(value)[:12]}…",
}
"""What of an artifact is shortened."""


class Row(Struct, frozen=True):
    """One key: the texts of both sides, none where a side has not got it, and the change."""

    key: str
    left: str | None
    right: str | None
    is_same: bool
    change: str = ""


class Part(Struct, frozen=True):
    """Rows of one kind; where most are the same, those that are not are tinted."""

    title: str
    rows: Sequence[Row]
    is_tinted: bool = True


def parts(diff: VersionDiff) -> Sequence[Part]:
    """Return what differs and what does not: metrics, params, then the artifacts."""
    metrics = [_number(key, *_sides(diff, values)) for key, values in diff.metrics.items()]
    params = [_value(key, *_sides(diff, values)) for key, values in diff.params.items()]
    artifact = [
        _value(key, *_sides(diff, values), write=WRITTEN.get(key, text_of))
        for key, values in diff.artifact.items()
    ]
    found = (
        Part("Metrics of the source runs, latest", metrics, is_tinted=False),
        Part("Params of the source runs", sorted(params, key=lambda row: row.is_same)),
        Part("Artifact", artifact),
    )
    return [part for part in found if part.rows]


def shared_keys(diff: VersionDiff) -> AbstractSet[str]:
    """Return the keys of metrics that the runs of both versions have; one run shares none."""
    left, right = diff.versions
    if left.run_id == right.run_id:
        return frozenset()
    return {key for key, values in diff.metrics.items() if len(values) == len(diff.versions)}


def _sides(diff: VersionDiff, values: Mapping[str, V]) -> tuple[V | None, V | None]:
    left, right = diff.versions
    return values.get(str(left.version)), values.get(str(right.version))


def _number(key: str, left: float | None, right: float | None) -> Row:
    if left is None or right is None:
        texts = [None if value is None else figure(value) for value in (left, right)]
        return Row(key, texts[0], texts[1], is_same=False)
    change = right - left
    return Row(
        key,
        figure(left),
        figure(right),
        is_same=number_text(left) == number_text(right),
        change=_signed(change) if math.isfinite(change) and change else "",
    )


def _value(
    key: str,
    left: JsonValue,
    right: JsonValue,
    *,
    write: Callable[[JsonValue], str] = text_of,
) -> Row:
    texts = [None if value is None else write(value) for value in (left, right)]
    return Row(key, texts[0], texts[1], is_same=same(left, right))


def _signed(change: float) -> str:
    return f"+{figure(change)}" if change > 0 else f"-{figure(-change)}"
