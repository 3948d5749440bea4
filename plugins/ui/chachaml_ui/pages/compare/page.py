"""The page of a comparison."""

from collections.abc import Sequence

from aiohttp import web
from chachaml_kernel.domain.comparison import MAX_COMPARED
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import Run
from chachaml_kernel.kernel import Kernel
from msgspec import Struct

from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.compare.address import ROWS, Address, read_address
from chachaml_ui.pages.compare.columns import columns, title
from chachaml_ui.pages.compare.sections import sections, shared_metrics
from chachaml_ui.pages.frame import load_frame, render
from chachaml_ui.pages.run.charts import chart_groups

NAMESAKES = 10
"""Of runs with the name that was asked for, so many are offered."""


class Added(Struct, frozen=True):
    """What was asked for by id or name, and the runs that it may mean, newest first."""

    text: str
    runs: Sequence[Run]


async def show_comparison(request: web.Request) -> web.Response:
    """Show the runs side by side that the address names, or how to choose some."""
    address = read_address(request.query)
    kernel = request.app[KERNEL]
    added = await _added(kernel, address.asked.add.strip())
    if added is not None and len(added.runs) == 1:
        raise web.HTTPFound(address.plus(added.runs[0].id))
    frame = await load_frame(request)
    if not address.ids:
        return render(request, "compare/choose.html", frame=frame, address=address, added=added)
    compared = await kernel.runs.compare_found(address.ids)
    runs = [row.run for row in compared.runs]
    found = [run.id for run in runs]
    shared = shared_metrics(compared, address.asked.find)
    here = Address(address.asked, found, address.given)
    return render(
        request,
        "compare/page.html",
        frame=frame,
        address=here,
        asked=here.asked,
        added=added,
        missing=[run for run in address.ids if run not in found],
        columns=columns(runs, here),
        title=title(runs),
        sections=sections(compared, here.asked, lower_is_better=kernel.runs.lower_is_better),
        shared=len(shared),
        groups=chart_groups(shared),
        more=here.asked.rows + ROWS,
        most=MAX_COMPARED,
    )


async def _added(kernel: Kernel, text: str) -> Added | None:
    """Return the runs whose id, or else whose name, is `text`; none if nothing was asked for."""
    if not text:
        return None
    found = await kernel.runs.glance([text])
    if not found:
        named = await kernel.runs.list(RunQuery(name=text, archived=None, limit=NAMESAKES))
        return Added(text, [row.run for row in named.rows])
    return Added(text, [glance.run for glance in found.values()])
