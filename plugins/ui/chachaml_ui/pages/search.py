"""Searching for runs by the latest value of a metric."""

import asyncio
from collections.abc import Mapping

from aiohttp import web
from chachaml_kernel.domain.paging import Page, next_cursor
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunRow
from chachaml_kernel.errors import Invalid
from chachaml_kernel.kernel import Kernel

from chachaml_ui.api.queries import query_reader
from chachaml_ui.api.run_queries import Search, search_query, threshold_query
from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.address import without_blanks
from chachaml_ui.pages.frame import load_frame, render
from chachaml_ui.pages.histogram import BINS, histogram

OPERATORS = {">": ">", ">=": "≥", "<": "<", "<=": "≤", "=": "=", "!=": "≠"}
"""The operators as the API writes them, and as people do."""
EXAMPLES = (
    ("metric.loss < 0.1", "latest value"),
    ("param.lr in (0.001, 0.0003)", "one of"),
    ('tag.keep = "yes"', "text"),
    ('name ~ "warmup"', "contains"),
    ("started > -7d", "the last week"),
    ('metric."f1 score" is null', "never logged"),
    ("not (status = failed)", "and, or, not"),
)
"""What the query language looks like."""

read_search = query_reader(Search)


async def search(request: web.Request) -> web.Response:
    """Show the form, and the runs that it finds if it was filled in."""
    parameters = without_blanks(request.query)
    found, wrong, query, drawing = None, None, None, _NOT_DRAWN
    if parameters.keys() - {"experiment"}:
        try:
            asked = read_search(parameters)
            query = search_query(asked)
            found, drawing = await asyncio.gather(
                request.app[KERNEL].runs.list(query), _drawing(request.app[KERNEL], asked)
            )
        except Invalid as error:
            wrong = error.detail
    answer = render(
        request,
        "search.html",
        frame=await load_frame(request),
        asked=dict(parameters),
        operators=OPERATORS,
        examples=EXAMPLES,
        wrong=wrong,
        rows=[] if found is None else found.rows,
        searched=found is not None,
        next=_next(request, query, found),
        **drawing,
    )
    if wrong is not None:
        answer.set_status(400)
    return answer


_NOT_DRAWN: Mapping[str, object] = {"spread": None}


async def _drawing(kernel: Kernel, asked: Search) -> Mapping[str, object]:
    """Return how the values that are searched are spread, and how that is drawn."""
    runs, metric = threshold_query(asked)
    spread = await kernel.runs.distribution(runs, metric, bins=BINS)
    return {"spread": spread, "metric": metric, "drawn": histogram(spread, metric)}


def _next(request: web.Request, query: RunQuery | None, found: Page[RunRow] | None) -> str | None:
    if query is None or found is None:
        return None
    following = next_cursor(str(query.sort), found)
    return following and str(request.rel_url.update_query(cursor=following))
