"""All that is in memory, out and in."""

from collections.abc import AsyncIterator, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import replace as changed
from typing import TypeVar

from msgspec.structs import replace

from chachaml_kernel.domain.keeping import (
    Batch,
    Block,
    Holdings,
    KeptArtifact,
    WholeModel,
    WholeRun,
)
from chachaml_kernel.errors import NotFound
from chachaml_kernel.memory.experiments import counted
from chachaml_kernel.memory.metrics import BLOCK, NOTHING, joined, summary
from chachaml_kernel.memory.state import ExperimentRecord, Memory, ModelRecord, RunRecord

T = TypeVar("T")
AT_ONCE = 100
"""Things in a batch."""


class MemoryKeeping:
    """Keeps the promises of `KeepingStore`, but for durability; it knows no form of keys."""

    memory: Memory

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator["MemorySnapshot"]:
        """Hold a copy of the present state."""
        yield MemorySnapshot(copied(self.memory))

    async def load(self, batch: Batch) -> None:
        """Store things in place of what has their names."""
        memory = self.memory
        for experiment in batch.experiments:
            memory.experiments[experiment.name] = ExperimentRecord(
                description=experiment.description,
                owner=experiment.owner,
                created_at=experiment.created_at,
                edited_at=experiment.last_updated,
            )
        for whole in batch.runs:
            before = memory.runs.get(whole.run.id)
            memory.runs[whole.run.id] = record_of(whole)
            if before is not None:
                memory.runs[whole.run.id].artifacts = before.artifacts
        for run_id, parent in batch.parents.items():
            record = memory.run(run_id)
            record.run = replace(record.run, parent_run_id=parent)
        for kept in batch.artifacts:
            load_artifact(memory, kept)
        for model in batch.models:
            memory.models[model.name] = ModelRecord(
                description=model.description,
                created_at=model.created_at,
                updated_at=model.updated_at,
                versions=list(model.versions),
                moves=list(model.moves),
            )
        memory.views.update({view.name: view for view in batch.views})

    async def load_points(self, blocks: Sequence[Block]) -> None:
        """Append points to series."""
        records = [self.memory.run(block.run_id) for block in blocks]
        for record, block in zip(records, blocks, strict=True):
            before = record.series.pop(block.key, NOTHING)
            record.series[block.key] = joined(before, block.points)

    async def known_artifacts(self, artifact_ids: Sequence[str]) -> AbstractSet[str]:
        """Return those of some ids that artifacts have."""
        return self.memory.artifacts.keys() & set(artifact_ids)

    async def settle(self) -> None:
        """Return: nothing is done behind the writes."""


class MemorySnapshot:
    """Keeps the promises of `Snapshot` over a memory that nobody changes any more."""

    def __init__(self, memory: Memory) -> None:
        """Keep what is held."""
        self._memory = memory

    async def holdings(self) -> Holdings:
        """Return how much there is."""
        memory = self._memory
        series = [points for run in memory.runs.values() for points in run.series.values()]
        return Holdings(
            experiments=len(memory.experiments),
            runs=len(memory.runs),
            series=len(series),
            points=sum(map(len, series)),
            artifacts=len(memory.artifacts),
            bytes=sum(artifact.size for artifact in memory.artifacts.values()),
            models=len(memory.models),
            versions=sum(len(model.versions) for model in memory.models.values()),
            moves=sum(len(model.moves) for model in memory.models.values()),
            views=len(memory.views),
        )

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield all that there is but points."""
        memory = self._memory
        for names in parts(sorted(memory.experiments)):
            yield Batch(experiments=[counted(memory, name) for name in names])
        for ids in parts(sorted(memory.runs)):
            yield Batch(runs=[whole_run(memory.runs[run_id]) for run_id in ids])
        for ids in parts(sorted(memory.artifacts)):
            yield Batch(artifacts=[kept_artifact(memory, artifact_id) for artifact_id in ids])
        for names in parts(sorted(memory.models)):
            yield Batch(models=[whole_model(name, memory.models[name]) for name in names])
        for names in parts(sorted(memory.views)):
            yield Batch(views=[memory.views[name] for name in names])

    async def points(self, run_id: str, keys: Sequence[str]) -> AsyncIterator[Block]:
        """Yield the points of series, a block at a time."""
        series = self._memory.run(run_id).series
        for key in keys:
            if key not in series:
                raise NotFound("metric", f"run {run_id!r} has no metric {key!r}")
            for begin in range(0, len(series[key]), BLOCK):
                yield Block(run_id, key, series[key].span(begin, begin + BLOCK))


def parts(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield things in batches."""
    for begin in range(0, len(things), AT_ONCE):
        yield things[begin : begin + AT_ONCE]


def copied(memory: Memory) -> Memory:
    """Return a memory that changes of the first one do not reach."""
    return Memory(
        runs={run_id: _copied_run(record) for run_id, record in memory.runs.items()},
        experiments={name: changed(record) for name, record in memory.experiments.items()},
        models={
            name: changed(record, versions=[*record.versions], moves=[*record.moves])
            for name, record in memory.models.items()
        },
        views=dict(memory.views),
        artifacts=dict(memory.artifacts),
    )


def _copied_run(record: RunRecord) -> RunRecord:
    return changed(
        record,
        tags=dict(record.tags),
        datasets=[*record.datasets],
        params=dict(record.params),
        series=dict(record.series),
        artifacts=dict(record.artifacts),
    )


def record_of(whole: WholeRun) -> RunRecord:
    """Return a run without parent, points and artifacts."""
    return RunRecord(
        run=replace(whole.run, parent_run_id=None),
        tags=dict(whole.tags),
        env=dict(whole.env),
        datasets=list(whole.datasets),
        params=dict(whole.params),
        note=whole.note,
        note_saved=whole.note_saved,
    )


def whole_run(record: RunRecord) -> WholeRun:
    """Return a run with all that is its own but points and artifacts."""
    return WholeRun(
        run=record.run,
        params=record.params,
        tags=record.tags,
        env=record.env,
        datasets=sorted(record.datasets, key=lambda one: (one.created_at, one.id)),
        note=record.note,
        note_saved=record.note_saved,
        metrics=[summary(key, points) for key, points in record.series.items()],
    )


def kept_artifact(memory: Memory, artifact_id: str) -> KeptArtifact:
    """Return an artifact, and whether its run has it now."""
    artifact = memory.artifacts[artifact_id]
    run = memory.runs.get(artifact.run_id)
    current = run is not None and run.artifacts.get(artifact.name) == artifact
    return KeptArtifact(artifact, current)


def load_artifact(memory: Memory, kept: KeptArtifact) -> None:
    """Store an artifact, under its name in its run if it is current."""
    artifact = memory.artifacts[kept.artifact.id] = kept.artifact
    if kept.current:
        memory.run(artifact.run_id).artifacts[artifact.name] = artifact


def whole_model(name: str, record: ModelRecord) -> WholeModel:
    """Return a model with its versions and moves."""
    return WholeModel(
        name=name,
        description=record.description,
        created_at=record.created_at,
        updated_at=record.updated_at,
        versions=record.versions,
        moves=record.moves,
    )
