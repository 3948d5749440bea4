"""The table of runs: fixed columns, chosen ones, and rows, ready to be written."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, takewhile

from chachaml_kernel.domain.query import Sort
from chachaml_kernel.domain.runs import RunRow
from msgspec import Struct

from chachaml_ui.pages.runs.cells import Cell, metric_cells, mixed_cells, param_cells, tag_cells
from chachaml_ui.pages.runs.columns import Column, Kind, usual_columns

Direction = Callable[[str], bool | None]
"""Tells of a metric's key whether higher is better; none where nobody knows."""
TITLES: Mapping[Kind, str] = {"param": "Params", "metric": "Metrics, latest", "tag": "Tags"}
PRIORITIES: Mapping[Kind, str] = {"param": "p3", "metric": "p2", "tag": "p3"}


class Head(Struct, frozen=True):
    """The head of a column: the key in two parts, what sorts by it, and its classes.

    `column` is what an address calls the column, none where it stands for several keys.
    """

    kind: Kind
    prefix: str
    last: str
    title: str
    sort: Sort
    looks: str
    column: str


class Strip(Struct, frozen=True):
    """One column with the cells of all rows."""

    head: Head
    cells: Sequence[Cell]


class Span(Struct, frozen=True):
    """The head above columns of one kind that stand together."""

    title: str
    count: int
    looks: str


class Table(Struct, frozen=True):
    """The columns that were chosen or are usual, and how they are shown, the headline among them.

    `sparked` is the place of the one beside whose values curves are drawn, `curve` the metric that
    they are of, where it is one for all rows.
    """

    columns: Sequence[Column]
    strips: Sequence[Strip]
    sparked: int | None
    curve: str

    @property
    def spans(self) -> Sequence[Span]:
        """The upper tier of the head."""
        kinds = [list(some) for _, some in groupby(self.strips, key=lambda one: one.head.kind)]
        return [
            Span(
                TITLES[kind := some[0].head.kind],
                len(some),
                f"edge {'' if kind == 'metric' else PRIORITIES[kind]}",
            )
            for some in kinds
        ]


def table(chosen: Sequence[Column], rows: Sequence[RunRow], direction: Direction) -> Table:
    """Return the table of these rows; the headline is left out where it is chosen anyway.

    Else it stands behind the params that come first. The first metric is what a phone shows too,
    and beside what its curve is drawn.
    """
    columns = chosen or usual_columns(rows)
    key = _headline_key(rows)
    wanted: list[Column | None] = list(columns)
    if key is None or Column("metric", key) not in columns:
        leading = takewhile(lambda column: column.kind == "param", columns)
        wanted.insert(sum(1 for _ in leading), None)
    kinds: list[Kind] = ["metric" if column is None else column.kind for column in wanted]
    strips = []
    for place, (column, kind) in enumerate(zip(wanted, kinds, strict=True)):
        is_first_metric = kind == "metric" and kind not in kinds[:place]
        looks = "" if is_first_metric else f" {PRIORITIES[kind]}"
        looks += " edge" if place == 0 or kinds[place - 1] != kind else ""
        if column is None:
            strips.append(_headline(rows, key, looks, direction))
        else:
            strips.append(_strip(column, rows, looks, direction))
    sparked = kinds.index("metric") if "metric" in kinds else None
    first = None if sparked is None else wanted[sparked]
    return Table(columns, strips, sparked, (key or "") if first is None else first.key)


def _strip(column: Column, rows: Sequence[RunRow], looks: str, direction: Direction) -> Strip:
    """Return a chosen column."""
    kind, key = column.kind, column.key
    if kind == "metric":
        values = [row.latest.get(key) for row in rows]
        cells, side = metric_cells(values, f"n{looks}", better=direction(key)), "n"
    elif kind == "param":
        cells, side = param_cells(rows, key, looks)
    else:
        cells, side = tag_cells(rows, key, looks), ""
    sort = Sort(kind, key, descending=kind == "metric")
    return Strip(_head(column, column.name, sort, f"{side}{looks}", column.written), cells)


def _headline(rows: Sequence[RunRow], key: str | None, looks: str, direction: Direction) -> Strip:
    """Return the column of headline metrics; where they differ, each cell says which it is."""
    headlines = [row.headline for row in rows]
    if key is None:
        named = [None if one is None else (one.key, one.value) for one in headlines]
        cells = mixed_cells(named, f"n{looks}")
    else:
        values = [None if one is None else one.value for one in headlines]
        cells = metric_cells(values, f"n{looks}", better=direction(key))
    column = Column("metric", key or "Headline")
    title = "the headline metric of each run"
    written = "" if key is None else column.written
    head = _head(column, title, Sort("headline"), f"n{looks}", written)
    return Strip(head, cells)


def _head(column: Column, title: str, sort: Sort, looks: str, written: str) -> Head:
    return Head(column.kind, column.prefix, column.last, title, sort, looks, written)


def _headline_key(rows: Sequence[RunRow]) -> str | None:
    """Return the key of the headline metric of these runs; none if they have different ones."""
    keys = {row.headline.key for row in rows if row.headline is not None}
    return keys.pop() if len(keys) == 1 else None
