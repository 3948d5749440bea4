"""The cells of a table of runs, ready to be written: what they say, and how they look."""

import math
from collections.abc import Sequence

from chachaml_kernel.domain.direction import best_of
from chachaml_kernel.domain.runs import RunRow
from chachaml_kernel.domain.values import JsonValue, number_text, text_of
from msgspec import Struct
from msgspec.structs import replace

from chachaml_ui.pages.figures import decimals, figure

LONGEST = 80
"""Characters of a value that a cell shows; its title shows more."""
EXACT = 9
"""Characters of a fraction that a cell shows as it is; a longer one, as searches draw them, loses
digits."""
LARGE = 1e4
"""A fraction from here on keeps two decimals, so that it does not look like a whole number."""
FITTING = 20
"""Characters that fit into any cell."""
TITLE = 300
"""Characters of a value that the title of its cell shows."""


class Cell(Struct, frozen=True):
    """One value: its text, the whole of it where that is more, and its classes.

    `key` is the metric's, where it is not the one that heads the column.
    """

    text: str
    title: str
    looks: str
    is_text: bool = False
    is_best: bool = False
    key: str = ""


def metric_cells(
    values: Sequence[float | None], looks: str, *, better: bool | None
) -> Sequence[Cell]:
    """Return numbers as cells with the same decimals, the best of them marked where it is known.

    `better` says whether higher is; it is none where neither is, or nobody knows.
    """
    numbers = [value for value in values if value is not None]
    places, best = decimals(numbers), best_of(numbers, higher=better)
    return [
        _number_cell(value, places, looks, is_best=value is not None and value == best)
        for value in values
    ]


def mixed_cells(named: Sequence[tuple[str, float] | None], looks: str) -> Sequence[Cell]:
    """Return values of several metrics as cells that say whose each is.

    Those of one metric have the same decimals, whatever the size of the others.
    """
    columns: dict[str, list[float]] = {}
    for key, value in filter(None, named):
        columns.setdefault(key, []).append(value)
    places = {key: decimals(values) for key, values in columns.items()}
    return [
        Cell("", "", looks)
        if one is None
        else replace(_number_cell(one[1], places[one[0]], looks, is_best=False), key=one[0])
        for one in named
    ]


def param_cells(rows: Sequence[RunRow], key: str, looks: str) -> tuple[Sequence[Cell], str]:
    """Return a param as cells, and "n" where they are at the right since all are numbers."""
    values = [row.params[key] for row in rows if key in row.params]
    side = "n" if all(map(_is_number, values)) else ""
    looks = f"{side}{looks}"
    return [
        _param_cell(row.params[key], looks) if key in row.params else Cell("", "", looks)
        for row in rows
    ], side


def tag_cells(rows: Sequence[RunRow], key: str, looks: str) -> Sequence[Cell]:
    """Return a tag as cells."""
    return [
        _text_cell(row.tags[key], looks) if key in row.tags else Cell("", "", looks) for row in rows
    ]


def _number_cell(value: float | None, places: int, looks: str, *, is_best: bool) -> Cell:
    if value is None:
        return Cell("", "", looks)
    down = "" if math.isfinite(value) else " down"
    best = " best" if is_best else ""
    text, whole = figure(value, places), number_text(value)
    return Cell(text, whole if whole != text else "", f"{looks}{down}{best}", is_best=is_best)


def _param_cell(value: JsonValue, looks: str) -> Cell:
    text = text_of(value)
    if isinstance(value, float) and not value.is_integer() and len(text) > EXACT:
        short = f"{value:.6g}" if abs(value) < LARGE else f"{value:.2f}"
        return Cell(short, text, f"cut {looks}", is_text=True)
    return _text_cell(text, looks)


def _text_cell(text: str, looks: str) -> Cell:
    title = text[:TITLE] if len(text) > FITTING else ""
    return Cell(text[:LONGEST], title, f"cut {looks}", is_text=True)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
