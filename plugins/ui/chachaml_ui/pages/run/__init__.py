"""The page of one run, and what is reached from it: the previews of its artifacts."""

from collections.abc import Sequence

from aiohttp import web

from chachaml_ui.pages.run import artifact, page


def routes() -> Sequence[web.RouteDef]:
    """Return the routes of a run's pages."""
    return [*page.routes(), *artifact.routes()]
