"""One run whole."""

from collections.abc import Sequence

from aiohttp import web

from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.frame import load_frame, render
from chachaml_ui.pages.run_charts import chart_groups


async def show_run(request: web.Request) -> web.Response:
    """Show the run that the address names."""
    run = await request.app[KERNEL].runs.get(request.match_info["id"])
    return render(
        request,
        "run/page.html",
        frame=await load_frame(request),
        detail=run,
        groups=chart_groups(run.metrics),
    )


def routes() -> Sequence[web.RouteDef]:
    """Return the route of the page."""
    return [web.get("/runs/{id}", show_run)]
