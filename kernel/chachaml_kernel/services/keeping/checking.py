"""Checks of all that is stored: what the store says of it, and what is there."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.keeping import (
    Holdings,
    KeptArtifact,
    Progress,
    Tell,
    Thing,
    WholeModel,
    WholeRun,
    described,
    fingerprint,
)
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.models import Stage
from chachaml_kernel.errors import Upstream
from chachaml_kernel.ports import Snapshot
from chachaml_kernel.services.keeping.comparing import faults_of_bytes
from chachaml_kernel.services.keeping.digests import digests_of
from chachaml_kernel.services.keeping.sides import Side
from chachaml_kernel.services.keeping.streams import things


@dataclass(slots=True)
class Checking:
    """A check under way, and what it has counted."""

    side: Side
    held: Snapshot
    total: Holdings
    tell: Tell
    points: int = 0
    bytes: int = 0
    experiments: list[Experiment] = field(default_factory=list)
    runs: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def faults(self) -> AsyncIterator[str]:
        """Yield a sentence for each thing that is not as it should be."""
        counted = False
        async for thing in things(self.held):
            if not counted and not isinstance(thing, Experiment | WholeRun):
                counted = True
                for fault in self._faults_of_counts():
                    yield fault
            async for fault in self._faults_of(thing):
                yield fault
        if not counted:
            for fault in self._faults_of_counts():
                yield fault

    async def _faults_of(self, thing: Thing) -> AsyncIterator[str]:
        match thing:
            case Experiment():
                self.experiments.append(thing)
            case WholeRun():
                kind = "archived" if thing.run.archived else thing.run.status.value
                self.runs[thing.run.experiment, kind] += 1
                for fault in await self._faults_of_points(thing):
                    yield fault
            case KeptArtifact():
                for fault in await faults_of_bytes(self.side.artifact_store, thing):
                    yield fault
                self.bytes += thing.artifact.size
                self.tell(Progress("bytes of artifacts read", self.bytes, self.total.bytes))
            case WholeModel():
                for fault in faults_of_model(thing):
                    yield fault

    async def _faults_of_points(self, whole: WholeRun) -> list[str]:
        try:
            faults = await self._faults_of_metrics(whole, whole.metrics)
        except Upstream:  # for one of them; what can be said of the others is said all the same
            each = [await self._faults_of_metric(whole, metric) for metric in whole.metrics]
            faults = [fault for some in each for fault in some]
        self.points += sum(metric.count for metric in whole.metrics)
        self.tell(Progress("points read", self.points, self.total.points))
        return faults

    async def _faults_of_metric(self, whole: WholeRun, metric: Metric) -> list[str]:
        try:
            return await self._faults_of_metrics(whole, [metric])
        except Upstream as error:
            return [error.detail]

    async def _faults_of_metrics(self, whole: WholeRun, metrics: Sequence[Metric]) -> list[str]:
        keys = [metric.key for metric in metrics]
        digests = await digests_of(self.held.points(whole.run.id, keys))
        found = {key: digests[key].summary(key) for key in keys}
        return [
            f"metric {metric.key!r} of {described(whole)} has other points than its summary says: "
            f"{found[metric.key]}, not {metric}"
            for metric in metrics
            if fingerprint(found[metric.key]) != fingerprint(metric)
        ]

    def _faults_of_counts(self) -> list[str]:
        faults = []
        for experiment in self.experiments:
            kinds = RunCounts.__struct_fields__
            found = RunCounts(**{kind: self.runs[experiment.name, kind] for kind in kinds})
            if found != experiment.counts:
                faults.append(f"{described(experiment)} has {found}, and says {experiment.counts}")
        return faults


def faults_of_model(model: WholeModel) -> list[str]:
    """Return what is wrong with the numbers and stages of a model's versions."""
    faults = []
    numbers = [version.version for version in model.versions]
    if numbers != list(range(1, len(numbers) + 1)):
        faults.append(f"{described(model)} has versions {numbers}, which have a gap")
    production = [one.version for one in model.versions if one.stage is Stage.PRODUCTION]
    if len(production) > 1:
        faults.append(f"{described(model)} has versions {production} in production; one may be")
    return faults
