"""Results as a Markdown table: `python -m bench.table FILE`."""

import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from bench.figures import Figure, ahead, digits
from bench.results import LATEST, Results

TIMES = "×"  # noqa: RUF001
GAP = "–"  # noqa: RUF001


def table(results: Results) -> str:
    """Return medians with their spread, and how many times better ours are than each peer's."""
    peers = results.peers
    head = [
        "#",
        "workload",
        "unit",
        *results.ours,
        *chain.from_iterable((peer, TIMES) for peer in peers),
    ]
    lines = [head, [":-:", "---", "---", *["--:"] * (len(head) - 3)]]
    for row in results.rows:
        own = results.own(row)
        cells = [str(row.number or ""), row.title, row.unit]
        cells += [_cell(results.of(row, target)) for target in results.ours]
        for peer in peers:
            their = results.of(row, peer)
            cells.append(_cell(their))
            cells.append(digits(ahead(own, their, more=row.more)) if own and their else GAP)
        lines.append(cells)
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rows = [_line(line, widths) for line in lines]
    return "\n".join([*rows, "", *(f"- {note}" for note in results.notes)]).rstrip() + "\n"


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return GAP
    if figure.low == figure.high:
        return digits(figure.median)
    return f"{digits(figure.median)} ({digits(figure.low)} to {digits(figure.high)})"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


if __name__ == "__main__":
    sys.stdout.write(table(Results.load(Path(sys.argv[1]) if sys.argv[1:] else LATEST)))
