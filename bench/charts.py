"""Results as charts for the README: `python -m bench.charts FILE` draws them into docs/img/."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure as Drawing

from bench.figures import digits
from bench.results import LATEST, Results
from bench.workload import Row

FOLDER = Path(__file__).parents[1] / "docs" / "img"

GREY = "#808080"
"""Legible on white and on black alike, as the background is left open."""

COLOURS = ("#e8590c", "#f4a36f", "#4c8dd6", "#8fb8e8", "#3fa37a")

CHARTS: Mapping[str, tuple[str, Sequence[int]]] = {
    "writing": ("Writing: more is better", (1, 2, 3, 4, 7)),
    "reading": ("Reading, milliseconds: less is better", (5, 6)),
    "weight": ("Weight: less is better", (8, 9, 10)),
}

SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "chachaml",
    "font.family": "sans-serif",
    "font.size": 9,
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), GREY),
    "axes.edgecolor": GREY,
}


def draw(results: Results, folder: Path) -> list[Path]:
    """Draw a chart for each kind of work for which there are figures; return their files."""
    files = []
    with mpl.rc_context(SETTINGS):
        for name, (title, numbers) in CHARTS.items():
            rows = [row for row in results.rows if row.number in numbers and _fits(row, name)]
            rows = [row for row in rows if results.own(row)]
            if rows:
                folder.mkdir(parents=True, exist_ok=True)
                files.append(folder / f"bench-{name}.svg")
                metadata = {"Date": None, "Title": title}
                _chart(results, rows, title).savefig(
                    files[-1], transparent=True, metadata=metadata, bbox_inches="tight"
                )
    return files


def _fits(row: Row, chart: str) -> bool:
    return row.more if chart == "writing" else not row.more


def _chart(results: Results, rows: Sequence[Row], title: str) -> Drawing:
    """Draw bars on a logarithmic scale, a group for each row, a bar for each target."""
    everyone = [*results.ours, *results.peers]
    targets = [t for t in everyone if any(results.of(row, t) for row in rows)]
    height = 0.8 / len(targets)
    drawing = Drawing(figsize=(8, 0.7 + len(rows) * (0.12 + 0.16 * len(targets))))
    axes = drawing.subplots()
    for place, target in enumerate(targets):
        found = [(y, figure) for y, row in enumerate(rows) if (figure := results.of(row, target))]
        bars = axes.barh(
            [y + (place - (len(targets) - 1) / 2) * height for y, _ in found],
            [figure.median for _, figure in found],
            height=height * 0.9,
            color=COLOURS[everyone.index(target) % len(COLOURS)],
            label=target,
        )
        labels = [f" {digits(figure.median)}" for _, figure in found]
        axes.bar_label(bars, labels, fontsize=7, color=GREY)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [f"{row.title} [{row.unit}]" for row in rows])
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(title, loc="left")
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return drawing


if __name__ == "__main__":
    chosen = Results.load(Path(sys.argv[1]) if sys.argv[1:] else LATEST)
    sys.stdout.writelines(f"{file}\n" for file in draw(chosen, FOLDER))
