"""Tools that show metrics: which there are, and the course of one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from chachaml_kernel.domain.language.fields import KeyKind
from chachaml_kernel.domain.metrics import MAX_STEP, MIN_STEP, Window
from chachaml_kernel.tools.runs import RunId
from chachaml_kernel.tools.shapes import Number, Time, Url, number, run_url, time
from chachaml_kernel.tools.tool import AnyTool, Arguments, Tool

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

Step = Annotated[int, Meta(ge=MIN_STEP, le=MAX_STEP)]


class ListKeys(Arguments, frozen=True, kw_only=True):
    """Arguments of `list_keys`."""

    kind: KeyKind = "metric"
    prefix: Annotated[str, Meta(description="only keys that begin so")] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 100


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Keys, sorted; `more` tells that others follow."""

    keys: list[str]
    more: bool


class GetMetricHistory(Arguments, frozen=True, kw_only=True):
    """Arguments of `get_metric_history`."""

    run_id: RunId
    key: Annotated[str, Meta(description="the metric's key")]
    max_points: Annotated[int, Meta(ge=2, le=500)] = 50
    first_step: Step | None = None
    last_step: Step | None = None


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a metric."""

    step: int | None
    at: Time
    value: Number


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A metric's points in the order of logging: all `count`, or as many as keep its extremes."""

    run_id: str
    url: Url
    key: str
    count: int
    points: list[Point]


async def list_keys(kernel: "Kernel", asked: ListKeys) -> Keys:
    """Return which keys of metrics, params or tags the runs have, sorted."""
    found = await kernel.queries.keys(asked.kind, prefix=asked.prefix, limit=asked.limit + 1)
    return Keys(keys=list(found[: asked.limit]), more=len(found) > asked.limit)


async def get_metric_history(kernel: "Kernel", asked: GetMetricHistory) -> History:
    """Return the course of a metric of a run, thinned so that its peaks and gaps stay."""
    window = Window(first=asked.first_step, last=asked.last_step)
    outline = await kernel.metrics.outline(
        asked.run_id, asked.key, window=window, max_points=asked.max_points
    )
    points = outline.points
    steps = points.steps or [None] * len(points)
    return History(
        run_id=asked.run_id,
        url=run_url(asked.run_id),
        key=asked.key,
        count=outline.count,
        points=[
            Point(step=step, at=time(at), value=number(value))
            for step, at, value in zip(steps, points.times, points.values, strict=True)
        ],
    )


TOOLS: Sequence[AnyTool] = (
    Tool(list_keys, ListKeys, Keys),
    Tool(get_metric_history, GetMetricHistory, History),
)
