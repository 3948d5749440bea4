"""The rows of a comparison: a key, and a cell for each run."""

from collections.abc import Collection, Mapping, Sequence

from chachaml_kernel.domain.differences import differs, odd
from chachaml_kernel.domain.direction import best, higher_is_better
from chachaml_kernel.domain.values import JsonValue, text_of
from msgspec import Struct

from chachaml_ui.pages.figures import figure

SHOWN, TOLD = 200, 2_000
"""How many characters of a value a cell has, and how many more are told where it is pointed at."""


class Cell(Struct, frozen=True, kw_only=True):
    """What one run has, in short and in full; no text where it has nothing.

    `delta` is how far it is from the baseline.
    """

    text: str | None
    title: str = ""
    is_best: bool = False
    is_odd: bool = False
    is_bad: bool = False
    delta: str | None = None


class Row(Struct, frozen=True):
    """One key for all runs, in their order; `note` says what is best."""

    key: str
    cells: Sequence[Cell]
    is_same: bool
    note: str = ""


class Columns(Struct, frozen=True):
    """The runs of a table by id, in order, and the one that the others are held against.

    `lower_is_better` are words in keys of metrics that get better as they fall.
    """

    ids: Sequence[str]
    baseline: str | None
    lower_is_better: Collection[str]

    def is_same(self, values: Mapping[str, JsonValue]) -> bool:
        """Tell whether all runs have the same value."""
        return not differs(values, len(self.ids))

    def fact_row(self, key: str, values: Mapping[str, JsonValue]) -> Row:
        """Return the row of a param, a tag or another fact."""
        is_same = self.is_same(values)
        strange = () if is_same else odd(values, self.ids, baseline=self.baseline)
        cells = []
        for run in self.ids:
            text = text_of(values[run]) if run in values else None
            cells.append(
                Cell(text=text and text[:SHOWN], title=(text or "")[:TOLD], is_odd=run in strange)
            )
        return Row(key, cells, is_same)

    def metric_row(self, key: str, values: Mapping[str, JsonValue]) -> Row:
        """Return the row of a metric, whose values are numbers, or words where they are none."""
        numbers = {run: value for run, value in values.items() if isinstance(value, float)}
        higher = higher_is_better(key, self.lower_is_better)
        winners = best(numbers, higher=higher)
        base = None if self.baseline is None else numbers.get(self.baseline)
        cells = []
        for run in self.ids:
            if run in numbers:
                held = base if run != self.baseline else None
                cells.append(_figure(numbers[run], base=held, is_best=run in winners))
            else:
                word = values.get(run)
                text = None if word is None else str(word)
                cells.append(Cell(text=text, is_bad=text is not None))
        note = f"{'max' if higher else 'min'} is best" if winners else ""
        return Row(key, cells, self.is_same(values), note)


def _figure(value: float, *, base: float | None, is_best: bool) -> Cell:
    shown = None if base is None else delta(value, base)
    return Cell(text=figure(value), title=repr(value), delta=shown, is_best=is_best)


def delta(value: float, base: float) -> str:
    """Return how far `value` is from `base`, also in parts of it, as `+0.0120, +3.1 %`."""
    difference = value - base
    if difference == 0:
        return "±0"
    text = _signed(difference, figure(abs(difference)))
    part = difference / abs(base) if base else 0
    # Beyond a hundredfold a percentage says nothing, and of nothing there is none.
    return f"{text}, {_signed(part, f'{abs(part):.1%}'[:-1])} %" if 0 < abs(part) < 100 else text


def _signed(number: float, text: str) -> str:
    return f"{'−' if number < 0 else '+'}{text}"  # noqa: RUF001  # a minus, as wide as the plus
