"""The list of models."""

from aiohttp import web
from chachaml_kernel.domain.paging import next_cursor

from chachaml_ui.api.queries import Page, query_reader
from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.frame import load_frame, render

read_page = query_reader(Page)


async def list_models(request: web.Request) -> web.Response:
    """Show one page of the models, or how to register the first one."""
    asked = read_page(request.query)
    found = await request.app[KERNEL].models.list(limit=asked.limit, after=asked.after("models"))
    following = next_cursor("models", found)
    return render(
        request,
        "models.html",
        frame=await load_frame(request),
        models=found.rows,
        origin=f"{request.scheme}://{request.host}",
        is_first=asked.cursor is None,
        next=following and request.rel_url.update_query(cursor=following),
    )
