"""Models, versions and their differences as JSON."""

from typing import Annotated, Any

from chachaml_kernel.domain import comparison, models
from msgspec import UNSET, Meta, Struct, UnsetType, field

from chachaml_ui.api.wire.values import Id, Name, Number, StageName, Text, Time, number

VersionNumber = Annotated[int, Meta(ge=1, le=2**31 - 1, description="Counts 1, 2, 3… per model")]

Reason = Annotated[
    str,
    Meta(description="Any text without NUL", extra_json_schema={"maxLength": models.MAX_REASON}),
]


class RegisterModel(Struct, frozen=True, forbid_unknown_fields=True):
    """The artifact of a run that becomes the model's next version."""

    name: Annotated[Name, Meta(examples=["iris-classifier"])]
    run_id: Id
    artifact: Annotated[str, Meta(description="The artifact's name", examples=["model.pkl"])]
    stage: StageName | None = None
    description: Text | None = None
    created_by: Name | None = None


class SetStage(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a version shall stand, and why; `displaces` is what the caller saw in production."""

    stage: StageName
    reason: Reason | None = None
    moved_by: Name | None = None
    displaces: VersionNumber | UnsetType | None = UNSET


class Describe(Struct, frozen=True, forbid_unknown_fields=True):
    """What a model or a version is for."""

    description: Text


class VersionArtifact(Struct, frozen=True):
    """The bytes of a version; they never change."""

    id: Id
    name: str
    sha256: str
    size: int


class Version(Struct, frozen=True):
    """A version of a model."""

    name: str
    version: int
    stage: StageName
    stage_since: Time
    description: str
    run_id: Id
    artifact: VersionArtifact
    created_by: str | None
    created_at: Time


class Model(Struct, frozen=True):
    """A model as lists show it."""

    name: str
    description: str
    production: Version | None
    version_count: int
    created_at: Time
    updated_at: Time


class Move(Struct, frozen=True):
    """A version's step from one stage to another; `displaced_by` is the version that caused it."""

    version: int
    from_stage: StageName = field(name="from")
    to_stage: StageName = field(name="to")
    at: Time
    by: str | None
    reason: str
    displaced_by: int | None


class ModelWhole(Model, frozen=True):
    """A model with all its versions and its latest 100 moves, newest first."""

    versions: list[Version]
    history: list[Move]


class VersionDiff(Struct, frozen=True):
    """Two versions side by side: by key, then by version; params and metrics of their runs."""

    name: str
    versions: list[Version]
    artifact: dict[str, dict[str, Any]]
    params: dict[str, dict[str, Any]]
    metrics: dict[str, dict[str, Number]]
    differing: list[str]


def from_version(version: models.Version) -> Version:
    """Return a version as JSON says it."""
    artifact = version.artifact
    return Version(
        name=version.name,
        version=version.version,
        stage=version.stage.value,
        stage_since=version.stage_since,
        description=version.description,
        run_id=version.run_id,
        artifact=VersionArtifact(artifact.id, artifact.name, artifact.sha256, artifact.size),
        created_by=version.created_by,
        created_at=version.created_at,
    )


def from_model(model: models.Model) -> Model:
    """Return a model as JSON says it."""
    return Model(**_facts(model))


def from_model_detail(detail: models.ModelDetail) -> ModelWhole:
    """Return a model, its versions and its moves as JSON says it."""
    return ModelWhole(
        **_facts(detail.model),
        versions=[from_version(version) for version in detail.versions],
        history=[from_move(move) for move in detail.history.rows],
    )


def to_in_production(seen: int | UnsetType | None) -> models.InProduction | None:
    """Return what a caller saw in production, if they said so."""
    return None if seen is UNSET else models.InProduction(seen)


def from_move(move: models.Move) -> Move:
    """Return a version's step from one stage to another as JSON says it."""
    return Move(
        version=move.version,
        from_stage=move.from_stage.value,
        to_stage=move.to_stage.value,
        at=move.at,
        by=move.by,
        reason=move.reason,
        displaced_by=move.displaced_by,
    )


def from_diff(diff: comparison.VersionDiff) -> VersionDiff:
    """Return two versions side by side as JSON says it."""
    return VersionDiff(
        name=diff.name,
        versions=[from_version(version) for version in diff.versions],
        artifact={key: dict(values) for key, values in diff.artifact.items()},
        params={key: dict(values) for key, values in diff.params.items()},
        metrics={
            key: {version: number(value) for version, value in values.items()}
            for key, values in diff.metrics.items()
        },
        differing=list(diff.differing),
    )


def _facts(model: models.Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "description": model.description,
        "production": None if model.production is None else from_version(model.production),
        "version_count": model.version_count,
        "created_at": model.created_at,
        "updated_at": model.updated_at,
    }
