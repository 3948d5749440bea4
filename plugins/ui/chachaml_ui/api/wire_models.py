"""Models, versions and their differences as JSON."""

from typing import Annotated, Any

from chachaml_kernel.domain import comparison, models
from msgspec import Meta, Struct

from chachaml_ui.api.wire import Id, Name, Number, StageName, Text, Time, number

VersionNumber = Annotated[int, Meta(ge=1, le=2**31 - 1, description="Counts 1, 2, 3… per model")]


class RegisterModel(Struct, frozen=True, forbid_unknown_fields=True):
    """The artifact of a run that becomes the model's next version."""

    name: Annotated[Name, Meta(examples=["iris-classifier"])]
    run_id: Id
    artifact: Annotated[str, Meta(description="The artifact's name", examples=["model.pkl"])]
    stage: StageName | None = None
    description: Text | None = None
    created_by: Name | None = None


class SetStage(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a version shall stand."""

    stage: StageName


class DescribeModel(Struct, frozen=True, forbid_unknown_fields=True):
    """What a model is for."""

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


class ModelWhole(Model, frozen=True):
    """A model with all its versions, newest first."""

    versions: list[Version]


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
    """Return a model and its versions as JSON says it."""
    versions = [from_version(version) for version in detail.versions]
    return ModelWhole(**_facts(detail.model), versions=versions)


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
