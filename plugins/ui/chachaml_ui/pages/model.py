"""One model: its versions, what stood in which stage when, and two versions side by side."""

from collections.abc import Sequence

from aiohttp import web
from chachaml_kernel.domain.comparison import VersionDiff
from chachaml_kernel.domain.models import ModelDetail, Stage, Version
from chachaml_kernel.kernel import Kernel
from msgspec import Struct

from chachaml_ui.api.queries import query_reader
from chachaml_ui.api.wire_models import VersionNumber
from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.frame import load_frame, render
from chachaml_ui.pages.timeline import timeline
from chachaml_ui.pages.version_diff import parts

SHOWN = 50
"""The newest versions, so many, are on the page unless all are asked for."""


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """The two versions to put side by side, and whether all versions are listed."""

    a: VersionNumber | None = None
    b: VersionNumber | None = None
    all: bool = False


read_asked = query_reader(Asked)


async def show_model(request: web.Request) -> web.Response:
    """Show the model that the address names."""
    asked = read_asked(request.query)
    kernel = request.app[KERNEL]
    detail = await kernel.models.get(request.match_info["name"])
    versions = detail.versions if asked.all else detail.versions[:SHOWN]
    sides = _sides(detail, asked)
    compared = await _diff(kernel, detail, sides)
    return render(
        request,
        "model/page.html",
        frame=await load_frame(request),
        detail=detail,
        model=detail.model,
        versions=versions,
        sources=await kernel.runs.glance({version.run_id for version in versions}),
        sides=sides,
        diff=compared,
        parts=[] if compared is None else parts(compared),
        newest=_candidate(detail),
        timeline=timeline(detail, now=kernel.now()),
        stages=list(Stage),
    )


def routes() -> Sequence[web.RouteDef]:
    """Return the route of the page."""
    return [web.get("/models/{name:[^/]+}", show_model)]


def _sides(detail: ModelDetail, asked: Asked) -> tuple[int, int] | None:
    """Return the versions to compare: those asked for, else what is in production and the newest.

    None if there are no two.
    """
    newest, production = detail.versions[0].version, detail.model.production
    right = newest if asked.b is None else asked.b
    left = asked.a
    if left is None:
        left = right - 1 if production is None else production.version
    if asked.a is None and left == right:
        left = right - 1
    return None if left < 1 else (left, right)


async def _diff(
    kernel: Kernel, detail: ModelDetail, sides: tuple[int, int] | None
) -> VersionDiff | None:
    return None if sides is None else await kernel.models.diff(detail.model.name, *sides)


def _candidate(detail: ModelDetail) -> Version | None:
    """Return the newest version, if it could be promoted."""
    newest = detail.versions[0]
    return newest if newest.stage in (Stage.NONE, Stage.STAGING) else None
