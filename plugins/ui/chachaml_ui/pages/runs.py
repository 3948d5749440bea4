"""The list of runs."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from aiohttp import web
from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.paging import Page, next_cursor
from chachaml_kernel.domain.query import RunQuery, Sort
from chachaml_kernel.domain.runs import RunStatus

from chachaml_ui.api.run_queries import runs_query
from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.address import filters, link, read_runs, without_blanks
from chachaml_ui.pages.frame import load_frame, render

IN_FORM = ("experiment", "name")
IN_TABS = ("status", "archived")


async def list_runs(request: web.Request) -> web.Response:
    """Show the runs that the address asks for, or how to log the first one."""
    parameters = without_blanks(request.query)
    query = runs_query(read_runs(parameters))
    asked = dict(parameters)
    found = await request.app[KERNEL].runs.list(query)
    frame = await load_frame(request)
    if not found.rows and not asked:
        origin = f"{request.scheme}://{request.host}"
        return render(request, "first_run.html", frame=frame, origin=origin)
    following = next_cursor(str(query.sort), found)
    return render(
        request,
        "runs.html",
        frame=frame,
        query=query,
        rows=found.rows,
        next=following and link(asked, cursor=following),
        choices=_choices(query, frame.experiments),
        summary=_summary(query, filters(asked), frame.known),
        statuses=list(RunStatus),
        hidden=_without(asked, (*IN_FORM, "cursor")),
        chips=_without(filters(asked), (*IN_FORM, *IN_TABS)),
        link=partial(link, asked),
    )


def routes() -> Sequence[web.RouteDef]:
    """Return the route of the list."""
    return [web.get("/runs", list_runs)]


def _without(parameters: Mapping[str, str], names: Collection[str]) -> Mapping[str, str]:
    return {name: text for name, text in parameters.items() if name not in names}


def _choices(query: RunQuery, experiments: Sequence[Experiment]) -> Sequence[str]:
    """Return the experiments to choose from, the chosen one among them whatever it is."""
    names = [experiment.name for experiment in experiments]
    chosen = query.experiment
    return names if chosen is None or chosen in names else [chosen, *names]


def _summary(query: RunQuery, chosen: Mapping[str, str], known: Page[Experiment]) -> str:
    """Say how the list is ordered, and how long it is where that is known without counting."""
    counts = {experiment.name: experiment.run_count for experiment in known.rows}
    is_known = known.next is None or query.experiment in counts
    if chosen.keys() - {"experiment"} or not is_known:
        return _ordering(query.sort)
    count = counts.get(query.experiment, 0) if query.experiment else sum(counts.values())
    return f"{count:,} {'run' if count == 1 else 'runs'}, {_ordering(query.sort)}"


def _ordering(sort: Sort) -> str:
    if sort.by == "started_at":
        return "newest first" if sort.descending else "oldest first"
    name = f"{sort.by} {sort.key}".strip()
    return f"by {name}, {'descending' if sort.descending else 'ascending'}"
