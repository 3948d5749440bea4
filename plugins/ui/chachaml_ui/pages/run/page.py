"""One run whole."""

import asyncio
from typing import Literal

from aiohttp import web
from chachaml_kernel.domain.runs import Run
from chachaml_kernel.kernel import Kernel

from chachaml_ui.api.queries import query_reader
from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.chart_choices import ChartChoices
from chachaml_ui.pages.frame import load_frame, render
from chachaml_ui.pages.run.charts import ROWS, chart_groups, latest_values
from chachaml_ui.pages.run.environment import environment
from chachaml_ui.pages.run.figures import figures
from chachaml_ui.pages.run.tree import tree
from chachaml_ui.prose import prose


class Shown(ChartChoices, frozen=True, forbid_unknown_fields=True):
    """Which of many artifacts are shown: those in a folder, or those that are named so.

    `metrics` says whether all of those are in their table; `find` is for the page's scripts.
    """

    folder: str = ""
    artifact: str = ""
    metrics: Literal["", "all"] = ""
    find: str = ""


read_shown = query_reader(Shown)


async def show_run(request: web.Request) -> web.Response:
    """Show the run that the address names."""
    kernel = request.app[KERNEL]
    asked = read_shown(request.query)
    detail = await kernel.runs.get(request.match_info["id"])
    return render(
        request,
        "run/page.html",
        frame=await load_frame(request),
        detail=detail,
        groups=chart_groups(detail.metrics),
        latest=latest_values(detail.metrics),
        rows=detail.metrics if asked.metrics == "all" else detail.metrics[:ROWS],
        figures=figures(detail, now=kernel.now()),
        parent=await _parent(kernel, detail.run),
        environment=environment(detail.env),
        tree=tree(detail.artifacts, folder=asked.folder, find=asked.artifact),
        note=await asyncio.to_thread(prose, detail.note),
    )


async def _parent(kernel: Kernel, run: Run) -> Run | None:
    """Return the run that this one belongs to, unless it was deleted meanwhile."""
    if run.parent_run_id is None:
        return None
    found = await kernel.runs.glance([run.parent_run_id])
    return found[run.parent_run_id].run if found else None
