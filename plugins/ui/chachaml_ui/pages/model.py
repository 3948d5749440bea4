"""One model: its versions, what stood in which stage when, and two versions side by side."""

from collections.abc import Mapping, Sequence

from aiohttp import web
from chachaml_kernel.domain.comparison import VersionDiff
from chachaml_kernel.domain.live import Glance
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.models import ModelDetail, Stage, Version
from chachaml_kernel.kernel import Kernel

from chachaml_ui.api.queries import query_reader
from chachaml_ui.api.wire.models import VersionNumber
from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.chart_choices import ChartChoices
from chachaml_ui.pages.frame import load_frame, render
from chachaml_ui.pages.promotion import setbacks
from chachaml_ui.pages.run.charts import chart_groups
from chachaml_ui.pages.timeline import timeline
from chachaml_ui.pages.version_diff import parts, shared_keys

SHOWN = 50
"""The newest versions, so many, are on the page unless all are asked for."""


class Asked(ChartChoices, frozen=True, forbid_unknown_fields=True):
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
    sources = await _sources(kernel, detail, [*versions, *_versions(compared)])
    shared = await _shared(kernel, compared)
    return render(
        request,
        "model/page.html",
        frame=await load_frame(request),
        detail=detail,
        model=detail.model,
        versions=versions,
        sources=sources,
        sides=sides,
        diff=compared,
        parts=[] if compared is None else parts(compared),
        shared=len(shared),
        groups=chart_groups(shared),
        newest=_candidate(detail),
        setbacks=setbacks(detail, versions, sources, lower=kernel.runs.lower_is_better),
        timeline=timeline(detail, now=kernel.now()),
        stages=list(Stage),
    )


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


def _versions(diff: VersionDiff | None) -> Sequence[Version]:
    return [] if diff is None else diff.versions


async def _sources(
    kernel: Kernel, detail: ModelDetail, versions: Sequence[Version]
) -> Mapping[str, Glance]:
    """Return the runs that `versions` and the one in production come from, those that still are.

    Each has the metric that is the headline of the latter.
    """
    standing = detail.model.production
    found = {} if standing is None else await kernel.runs.glance([standing.run_id])
    keys = {source.headline.key for source in found.values() if source.headline is not None}
    ids = {version.run_id for version in versions}
    return {**await kernel.runs.glance(ids, keys=keys), **found}


async def _shared(kernel: Kernel, diff: VersionDiff | None) -> Sequence[Metric]:
    """Return the metrics that the runs of both versions have, as the first of them has them."""
    keys = frozenset[str]() if diff is None else shared_keys(diff)
    if diff is None or not keys:
        return []
    run_id = diff.versions[0].run_id
    found = await kernel.runs.glance([run_id], keys=keys)
    return found[run_id].metrics if run_id in found else []
