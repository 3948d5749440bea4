"""The list of experiments, and how they go."""

import math
from collections.abc import Sequence

from aiohttp import web
from chachaml_kernel.domain.experiments import Overview, Trend
from chachaml_kernel.domain.paging import next_cursor
from msgspec import Struct

from chachaml_ui.api.queries import Page, query_reader
from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.frame import load_frame, render

SHOWN = 50
WIDTH, HEIGHT, EDGE = 88, 20, 2
"""Of a small curve, in units of its own."""


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the page begins."""

    cursor: str | None = None


class Curve(Struct, frozen=True):
    """The headline over the last runs as a path, and whether the last run has no number."""

    path: str
    is_broken: bool


class Line(Struct, frozen=True):
    """One experiment as the page shows it; `shares` are percentages of its runs by status."""

    overview: Overview
    shares: Sequence[tuple[str, float, float]]
    curve: Curve | None


read_asked = query_reader(Asked)


async def list_experiments(request: web.Request) -> web.Response:
    """Show one page of the experiments, newest first."""
    asked = read_asked(request.query)
    after = Page(limit=SHOWN, cursor=asked.cursor).after("experiments")
    found = await request.app[KERNEL].experiments.overview(limit=SHOWN, after=after)
    following = next_cursor("experiments", found)
    return render(
        request,
        "experiments.html",
        frame=await load_frame(request),
        lines=[Line(row, _shares(row), _curve(row.trend)) for row in found.rows],
        is_first=asked.cursor is None,
        next=following and request.rel_url.update_query(cursor=following),
    )


def _shares(overview: Overview) -> Sequence[tuple[str, float, float]]:
    """Return (status, where its part of a bar begins, how wide it is), in percent."""
    counts = overview.experiment.counts
    parts, begin = [], 0.0
    for status in ("completed", "running", "failed"):
        width = 100 * getattr(counts, status) / max(counts.total, 1)
        parts.append((status, round(begin, 2), round(width, 2)))
        begin += width
    return parts


def _curve(trend: Trend | None) -> Curve | None:
    """Return the values of the last runs as a path; where one is no number, the pen is lifted."""
    values = [] if trend is None else [value for _, value in trend.recent]
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    low, high = min(finite), max(finite)
    across = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    down = HEIGHT - 2 * EDGE
    path, is_drawing = [], False
    for place, value in enumerate(values):
        if math.isfinite(value):
            # Halves, since the span of two doubles need not be one.
            part = (high / 2 - value / 2) / (high / 2 - low / 2) if high > low else 0.5
            pen = "L" if is_drawing else "M"
            path.append(f"{pen}{EDGE + across * place:.1f} {EDGE + down * part:.1f}")
        is_drawing = math.isfinite(value)
    return Curve("".join(path), is_broken=not math.isfinite(values[-1]))
