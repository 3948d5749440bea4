"""Routes of saved views."""

from typing import Any
from urllib.parse import parse_qsl

from chachaml_kernel.domain.paging import next_cursor
from chachaml_kernel.errors import Invalid
from msgspec import Struct
from msgspec.structs import fields

from chachaml_ui.api.queries import PREFIXES, Page
from chachaml_ui.api.run_queries import Runs
from chachaml_ui.api.table import Call, Nothing, Paged, Route, route
from chachaml_ui.api.wire import views as wire_views
from chachaml_ui.api.wire.values import Ok

OF_THE_PAGE = ("columns", "group")
"""What the page of runs takes beside what its list does."""
NAMES = ({field.encode_name for field in fields(Runs)} | {*OF_THE_PAGE}) - {"cursor"}
"""What a view may say: all that the page takes but where in the list it is."""


class ViewPath(Struct, frozen=True):
    """A view by its name, percent-encoded."""

    name: str


async def save_view(call: Call[Nothing, Nothing, wire_views.SaveView]) -> wire_views.View:
    """Make a view, or give the one that has this name another query."""
    body = call.body
    refuse_unknown(body.query)
    view = await call.kernel.views.save(
        body.name,
        body.query,
        created_by=call.caller if body.created_by is None else body.created_by,
        once=call.once,
    )
    return wire_views.from_view(view)


def refuse_unknown(query: str) -> None:
    """Raise `Invalid` if a parameter of `query` is none that the page of runs takes."""
    for name, _ in parse_qsl(query, keep_blank_values=True):
        prefix = name[: name.find(".") + 1]
        if (prefix if prefix in PREFIXES else name) not in NAMES:
            known = ", ".join(f"{name}KEY" if name in PREFIXES else name for name in sorted(NAMES))
            raise Invalid(f"query: a view has no parameter named {name!r}; allowed: {known}")


async def rename_view(call: Call[ViewPath, Nothing, wire_views.RenameView]) -> wire_views.View:
    """Give a view another name, which no other view has."""
    view = await call.kernel.views.rename(call.path.name, call.body.name, once=call.once)
    return wire_views.from_view(view)


async def delete_view(call: Call[ViewPath, Nothing, None]) -> Ok:
    """Delete a view."""
    await call.kernel.views.delete(call.path.name, once=call.once)
    return Ok()


async def list_views(call: Call[Nothing, Page, None]) -> Paged[wire_views.View]:
    """List saved views, newest first."""
    page = await call.kernel.views.list(limit=call.query.limit, after=call.query.after("views"))
    return Paged([wire_views.from_view(view) for view in page.rows], next_cursor("views", page))


def routes() -> list[Route]:
    """Return the routes of saved views."""
    named: dict[str, Any] = {"tag": "views", "problems": (404, 409)}
    return [
        route("POST", "/api/w/views", save_view, tag="views", problems=(409,)),
        route("POST", "/api/w/views/{name}", rename_view, **named),
        route("DELETE", "/api/w/views/{name}", delete_view, **named),
        route("GET", "/api/views", list_views, tag="views"),
    ]
