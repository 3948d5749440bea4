"""The tables of an export of everything: their columns, and the rows that things become."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Generic, TypeAlias, TypeVar

from msgspec import Struct

from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.models import ModelDetail, Move
from chachaml_kernel.domain.runs import RunDetail
from chachaml_kernel.domain.values import JsonValue, double_of
from chachaml_kernel.ports import Column

T = TypeVar("T")
Row: TypeAlias = Sequence[JsonValue]


class Shape(Struct, Generic[T], frozen=True):
    """The columns of a table, and what rows a thing is in it."""

    columns: Sequence[Column]
    rows: Callable[[T], Iterator[Row]]


def _experiments(experiment: Experiment) -> Iterator[Row]:
    it = experiment
    yield it.name, it.description, it.owner, it.created_at, it.last_updated


def _runs(detail: RunDetail) -> Iterator[Row]:
    run = detail.run
    yield (
        *(run.id, run.experiment, run.name, run.status.value, run.started_at, run.ended_at),
        *(run.duration, run.created_by, run.parent_run_id, run.error, run.archived),
        *(detail.note, dict(detail.env)),
    )


def _params(detail: RunDetail) -> Iterator[Row]:
    for key, value in detail.params.items():
        yield detail.run.id, key, value, double_of(value)


def _metrics(detail: RunDetail) -> Iterator[Row]:
    for it in detail.metrics:
        yield detail.run.id, it.key, it.count, it.value, it.step, it.timestamp, it.min, it.max


def _tags(detail: RunDetail) -> Iterator[Row]:
    for key, value in detail.tags.items():
        yield detail.run.id, key, value


def _datasets(detail: RunDetail) -> Iterator[Row]:
    for it in detail.datasets:
        facts = (it.name, it.n_rows, it.n_cols, it.features, it.hash, it.source)
        yield it.run_id, it.id, it.role, *facts, it.created_at


def _artifacts(detail: RunDetail) -> Iterator[Row]:
    for it in detail.artifacts:
        yield it.run_id, it.id, it.name, it.size, it.content_type, it.sha256, it.created_at


def _models(detail: ModelDetail) -> Iterator[Row]:
    model = detail.model
    production = None if model.production is None else model.production.version
    counted = (production, model.version_count)
    yield model.name, model.description, *counted, model.created_at, model.updated_at


def _versions(detail: ModelDetail) -> Iterator[Row]:
    for it in detail.versions:
        artifact = (it.artifact.id, it.artifact.name, it.artifact.size, it.artifact.sha256)
        yield (
            *(it.name, it.version, it.stage.value, it.stage_since, it.description, it.run_id),
            *(*artifact, it.created_by, it.created_at),
        )


def points_rows(run_id: str, key: str, points: Points) -> Sequence[Row]:
    """Return a row a point, for the table with `POINTS`."""
    steps = repeat(None) if points.steps is None else points.steps
    columns = zip(repeat(run_id), repeat(key), steps, points.times, points.values, strict=False)
    return list(columns)


def moves_rows(model: str, moves: Sequence[Move]) -> Sequence[Row]:
    """Return a row a move of a model, for the table with `MOVES`."""
    return [
        (
            *(model, it.version, it.from_stage.value, it.to_stage.value),
            *(it.at, it.by, it.reason, it.displaced_by),
        )
        for it in moves
    ]


def _columns(**kinds: str) -> Sequence[Column]:
    return [Column(name, kind) for name, kind in kinds.items()]  # type: ignore[arg-type]


EXPERIMENTS = Shape(
    _columns(name="text", description="text", owner="text", created_at="time", last_updated="time"),
    _experiments,
)
OF_RUNS: Mapping[str, Shape[RunDetail]] = {
    "runs": Shape(
        _columns(
            id="text",
            experiment="text",
            name="text",
            status="text",
            started_at="time",
            ended_at="time",
            duration_ms="integer",
            created_by="text",
            parent_run_id="text",
            error="text",
            archived="boolean",
            note="text",
            env="any",
        ),
        _runs,
    ),
    "params": Shape(_columns(run_id="text", key="text", value="any", number="number"), _params),
    "metrics": Shape(
        _columns(
            run_id="text",
            key="text",
            count="integer",
            latest="number",
            step="integer",
            at="time",
            min="number",
            max="number",
        ),
        _metrics,
    ),
    "tags": Shape(_columns(run_id="text", key="text", value="text"), _tags),
    "datasets": Shape(
        _columns(
            run_id="text",
            id="text",
            role="text",
            name="text",
            n_rows="integer",
            n_cols="integer",
            features="any",
            hash="text",
            source="text",
            created_at="time",
        ),
        _datasets,
    ),
    "artifacts": Shape(
        _columns(
            run_id="text",
            id="text",
            name="text",
            size="integer",
            content_type="text",
            sha256="text",
            created_at="time",
        ),
        _artifacts,
    ),
}
"""What a run is in each table but that of its points."""
OF_MODELS: Mapping[str, Shape[ModelDetail]] = {
    "models": Shape(
        _columns(
            name="text",
            description="text",
            production="integer",
            version_count="integer",
            created_at="time",
            updated_at="time",
        ),
        _models,
    ),
    "versions": Shape(
        _columns(
            model="text",
            version="integer",
            stage="text",
            stage_since="time",
            description="text",
            run_id="text",
            artifact_id="text",
            artifact_name="text",
            size="integer",
            sha256="text",
            created_by="text",
            created_at="time",
        ),
        _versions,
    ),
}
"""What a model is in each table but that of its moves."""
MOVES = _columns(
    model="text",
    version="integer",
    from_stage="text",
    to_stage="text",
    at="time",
    by="text",
    reason="text",
    displaced_by="integer",
)
POINTS = _columns(run_id="text", key="text", step="integer", at="time", value="number")
