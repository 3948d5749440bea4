"""The frame around every page: where one is, where one can go, light or dark."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qsl

from aiohttp import web
from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.paging import Page
from chachaml_kernel.domain.views import View
from msgspec import Struct

from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.places import PLACES, Place
from chachaml_ui.pages.templates import environment

EXPERIMENTS = 200
"""The newest experiments, so many, can be chosen from."""
VIEWS = 100
"""The newest saved views, so many, are listed."""
THEME = "theme"
"""The cookie that a browser keeps its choice of a theme in."""
THEMES = ("light", "dark")
PLACE_IN_LIST = ("cursor", "open")


class Frame(Struct, frozen=True, kw_only=True):
    """What the frame shows: the page's address, where to go, what is known."""

    places: Sequence[Place]
    path: str
    query: Mapping[str, str]
    theme: str | None
    known: Page[Experiment]
    views: Sequence[View]

    @property
    def view(self) -> View | None:
        """The saved view that the page shows, wherever in its list; none if it is no such one."""
        shown = _chosen(self.query.items())
        same = (view for view in self.views if _chosen(parse_qsl(view.query)) == shown)
        return next(same, None) if self.path == "/runs" else None

    @property
    def experiments(self) -> Sequence[Experiment]:
        """The experiments that can be chosen from, newest first."""
        return self.known.rows

    def is_here(self, place: Place) -> bool:
        """Tell whether the page belongs to `place`; an experiment and a view are places too."""
        is_own = self.path == place.path and ("experiment" in self.query or self.view is not None)
        return place.is_around(self.path) and not is_own


def _chosen(parameters: Iterable[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Return what an address chooses, apart from where in the list it is."""
    return sorted((name, text) for name, text in parameters if text and name not in PLACE_IN_LIST)


async def load_frame(request: web.Request) -> Frame:
    """Return the frame of the page at the request's address."""
    kernel = request.app[KERNEL]
    known, views = await asyncio.gather(
        kernel.experiments.list(limit=EXPERIMENTS), kernel.views.list(limit=VIEWS)
    )
    return _frame(request, known, views.rows)


def bare_frame(request: web.Request) -> Frame:
    """Return the frame of a page that must not ask the store for anything."""
    return _frame(request, Page([], None), [])


def render(request: web.Request, template: str, *, frame: Frame, **context: object) -> web.Response:
    """Return the page that `template` makes of `context` in its `frame`, compressed on its way.

    Templates find the time as `now`, in milliseconds since the Unix epoch.
    """
    shown = {"frame": frame, "now": request.app[KERNEL].now(), **context}
    page = environment().get_template(template).render(shown)
    answer = web.Response(text=page, content_type="text/html")
    # What a page shows may change at any moment, so it is never reused unasked.
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.enable_compression()
    return answer


def _frame(request: web.Request, known: Page[Experiment], views: Sequence[View]) -> Frame:
    chosen = request.cookies.get(THEME)
    served = {resource.canonical for resource in request.app.router.resources()}
    return Frame(
        places=[place for place in PLACES if place.path in served],
        path=request.path,
        query=request.query,
        theme=chosen if chosen in THEMES else None,
        known=known,
        views=views,
    )
