"""Telemetry: how many requests there were and how long they took, for Prometheus.

Counting is done by hand, since every request pays for it; the Prometheus library is imported when
somebody asks for the figures.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric
    from prometheus_client.registry import Collector

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets of the histogram, in seconds."""
LABELS = ("method", "route", "status")


@dataclass(slots=True)
class Tally:
    """Requests of one route, method and status."""

    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))


@dataclass(slots=True, eq=False)
class Telemetry:
    """What was counted since the start of the process, which may be one of several workers."""

    worker: int | None = None
    tallies: dict[tuple[str, str, int], Tally] = field(default_factory=dict)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is a template, so that ids make no new series."""
        tally = self.tallies.get((method, route, status))
        if tally is None:
            tally = self.tallies[method, route, status] = Tally()
        tally.seconds += seconds
        tally.buckets[bisect_left(BOUNDS, seconds)] += 1

    def collect(self) -> "Iterator[Metric]":
        """Yield the figures as Prometheus' library wants them."""
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        requests = CounterMetricFamily("chachaml_http_requests", "Requests answered", labels=LABELS)
        durations = HistogramMetricFamily(
            "chachaml_http_request_duration_seconds", "Time to answer requests", labels=LABELS
        )
        for (method, route, status), tally in self.tallies.items():
            labels = [method, route, str(status)]
            requests.add_metric(labels, sum(tally.buckets))
            durations.add_metric(labels, _cumulative(tally.buckets), tally.seconds)
        yield requests
        yield durations


def render(telemetry: Telemetry) -> tuple[bytes, str]:
    """Return all figures, those of the process too, and the content type that they have."""
    from prometheus_client import (
        CONTENT_TYPE_LATEST,
        CollectorRegistry,
        PlatformCollector,
        ProcessCollector,
        generate_latest,
    )

    registry = CollectorRegistry()
    process, platform = ProcessCollector(registry=None), PlatformCollector(registry=None)
    registry.register(_Labelled((process, platform, telemetry), telemetry.worker))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Labelled(Struct, frozen=True, eq=False):
    """Has all figures of the collectors say which worker they are of."""

    collectors: "Sequence[Collector]"
    worker: int | None

    def collect(self) -> "Iterator[Metric]":
        """Yield the figures of all collectors."""
        label = {} if self.worker is None else {"worker": str(self.worker)}
        for collector in self.collectors:
            for metric in collector.collect():
                metric.samples = [
                    sample._replace(labels={**sample.labels, **label}) for sample in metric.samples
                ]
                yield metric


def _cumulative(buckets: list[int]) -> list[tuple[str, float]]:
    total = 0
    pairs: list[tuple[str, float]] = []
    for bound, count in zip([*map(str, BOUNDS), "+Inf"], buckets, strict=True):
        total += count
        pairs.append((bound, total))
    return pairs
