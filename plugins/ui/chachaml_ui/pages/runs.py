"""The list of runs."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

import aiohttp_jinja2
from aiohttp import web
from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.paging import Page, next_cursor
from chachaml_kernel.domain.query import RunQuery, Sort
from chachaml_kernel.domain.runs import RunStatus

from chachaml_ui.api.run_queries import runs_query
from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.address import filters, link, read_runs, without_blanks
from chachaml_ui.pages.errors import page

IN_FORM = ("experiment", "name")
IN_TABS = ("status", "archived")
EXPERIMENTS = 200
"""The newest experiments, so many, can be chosen from."""


async def index(_: web.Request) -> web.Response:
    """Send the reader on to the list of runs."""
    raise web.HTTPFound("/runs")


@page
async def list_runs(request: web.Request) -> web.Response:
    """Show the runs that the address asks for, or how to log the first one."""
    parameters = without_blanks(request.query)
    query = runs_query(read_runs(parameters))
    asked = dict(parameters)
    kernel = request.app[KERNEL]
    found = await kernel.runs.list(query)
    known = await kernel.experiments.list(limit=EXPERIMENTS)
    if not found.rows and not asked:
        origin = f"{request.scheme}://{request.host}"
        return aiohttp_jinja2.render_template(
            "first_run.html", request, {"origin": origin, "experiments": known.rows}
        )
    following = next_cursor(str(query.sort), found)
    return aiohttp_jinja2.render_template(
        "runs.html",
        request,
        {
            "query": query,
            "rows": found.rows,
            "next": following and link(asked, cursor=following),
            "now": kernel.now(),
            "experiments": known.rows,
            "choices": _choices(query, known.rows),
            "summary": _summary(query, filters(asked), known),
            "statuses": list(RunStatus),
            "hidden": _without(asked, (*IN_FORM, "cursor")),
            "chips": _without(filters(asked), (*IN_FORM, *IN_TABS)),
            "link": partial(link, asked),
            "fresh_link": partial(link, {}),
        },
    )


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
