"""What a promotion would make worse."""

import math
from collections.abc import Collection, Mapping, Sequence

from chachaml_kernel.domain.direction import higher_is_better
from chachaml_kernel.domain.live import Glance
from chachaml_kernel.domain.models import ModelDetail, Version
from msgspec import Struct

from chachaml_ui.pages.figures import figure


class Setback(Struct, frozen=True):
    """The metric that is worse, and how: `0.0852 higher than in v7 (0.2840 against 0.1988)`."""

    key: str
    how: str


def setbacks(
    detail: ModelDetail,
    versions: Sequence[Version],
    sources: Mapping[str, Glance],
    *,
    lower: Collection[str],
) -> Mapping[int, Setback]:
    """Return what is worse in each of `versions` than in the one that a promotion would archive.

    That is the headline metric of the latter's source run; `sources` are the runs by id, and
    `lower` are words in keys of metrics that get better as they fall.
    """
    standing = detail.model.production
    source = None if standing is None else sources.get(standing.run_id)
    if standing is None or source is None or source.headline is None:
        return {}
    key, before = source.headline.key, source.headline.value
    higher = higher_is_better(key, lower)
    if higher is None:
        return {}
    found = {}
    for version in versions:
        value = _latest(sources.get(version.run_id), key)
        if value is not None and _is_worse(value, before, higher=higher):
            found[version.version] = Setback(key, _how(value, before, standing.version))
    return found


def _latest(source: Glance | None, key: str) -> float | None:
    metrics = [] if source is None else source.metrics
    return next((metric.value for metric in metrics if metric.key == key), None)


def _is_worse(value: float, before: float, *, higher: bool) -> bool:
    """Tell whether a value is worse; what is NaN or infinite is, unless it was before."""
    if not math.isfinite(value) or not math.isfinite(before):
        return math.isfinite(before)
    return value < before if higher else value > before


def _how(value: float, before: float, version: int) -> str:
    both = f"{figure(value)} against {figure(before)}"
    change = value - before
    if not math.isfinite(change):
        return f"worse than in v{version} ({both})"
    way = "lower" if change < 0 else "higher"
    return f"{figure(abs(change))} {way} than in v{version} ({both})"
