"""The rows of a table of runs, written as HTML."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from markupsafe import Markup

from chachaml_ui.pages.runs.cells import Cell
from chachaml_ui.pages.runs.rows import Line
from chachaml_ui.pages.runs.table import Table
from chachaml_ui.pages.templates import environment

KEPT = 256
"""Rows that are kept as they were written, a few kB each. A table with more than half as many keeps
none, since it would drop its first rows before somebody sees them again."""


def write_rows(table: Table, lines: Sequence[Line], *, of_many: bool) -> Sequence[Markup]:
    """Return the rows of `table`; with `of_many` experiments each says which one it is of.

    Somebody who looks at a list sees most of its rows again, so the last ones are kept.
    """
    write = _row if len(lines) <= KEPT // 2 else _row.__wrapped__
    cells = zip(*(strip.cells for strip in table.strips), strict=True)
    return [
        write(line, own, table.sparked, table.curve, of_many)
        for line, own in zip(lines, cells, strict=True)
    ]


@lru_cache(maxsize=KEPT)
def _row(
    line: Line, cells: Sequence[Cell], sparked: int | None, curve: str, of_many: bool
) -> Markup:
    """Return one row, made of nothing but what is given."""
    return _macro()(line, cells, sparked, curve, of_many)


@cache
def _macro() -> Callable[..., Markup]:
    """Return what writes a row."""
    macro: Callable[..., Markup] = vars(environment().get_template("runs/row.html").module)["row"]
    return macro
