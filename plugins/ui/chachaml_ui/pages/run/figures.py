"""The few figures that a run is known by at a glance."""

from collections.abc import Iterator, Sequence

from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.runs import RunDetail
from chachaml_kernel.domain.values import number_text
from msgspec import Struct

from chachaml_ui.pages.figures import figure
from chachaml_ui.pages.words import duration


class Figure(Struct, frozen=True, kw_only=True):
    """A number with its name; `title` is the number in full, `note` what it is to be seen beside.

    `is_theirs` says that the name is a user's word; `lasting` is a length of time, in milliseconds,
    that goes on.
    """

    name: str
    value: str
    title: str = ""
    note: str = ""
    is_theirs: bool = False
    lasting: int | None = None


def figures(detail: RunDetail, *, now: int) -> Sequence[Figure]:
    """Return the headline metric, another one, the step, the duration and the number of points."""
    return [*_metrics(detail), *_step(detail, now=now), _duration(detail, now=now), _points(detail)]


def _metrics(detail: RunDetail) -> Iterator[Figure]:
    """Yield the headline and, of the other metrics, the one that was logged last."""
    key = None if detail.headline is None else detail.headline.key
    yield from (_metric(metric) for metric in detail.metrics if metric.key == key)
    others = [metric for metric in detail.metrics if metric.key != key]
    if others:
        yield _metric(max(others, key=lambda metric: (metric.timestamp, metric.count)))


def _metric(metric: Metric) -> Figure:
    between = f"{figure(metric.min)} to {figure(metric.max)}"
    return Figure(
        name=metric.key,
        value=figure(metric.value),
        title=number_text(metric.value),
        note=between if metric.count > 1 else "one point",
        is_theirs=True,
    )


def _step(detail: RunDetail, *, now: int) -> Iterator[Figure]:
    steps = [metric.step for metric in detail.metrics if metric.step is not None]
    if not steps:
        return
    step = max(steps)
    seconds = _length(detail, now=now) / 1_000
    note = f"{step / seconds:,.1f} a second" if seconds > 0 and step > 0 else ""
    yield Figure(name="Step", value=f"{step:,}", note=note)


def _duration(detail: RunDetail, *, now: int) -> Figure:
    length, is_over = _length(detail, now=now), detail.run.ended_at is not None
    return Figure(
        name="Duration",
        value=duration(length),
        note="" if is_over else "so far",
        lasting=None if is_over else length,
    )


def _length(detail: RunDetail, *, now: int) -> int:
    length = detail.run.duration
    return now - detail.run.started_at if length is None else length


def _points(detail: RunDetail) -> Figure:
    count = len(detail.metrics)
    return Figure(
        name="Points",
        value=f"{sum(metric.count for metric in detail.metrics):,}",
        note=f"in {count:,} {'metric' if count == 1 else 'metrics'}",
    )
