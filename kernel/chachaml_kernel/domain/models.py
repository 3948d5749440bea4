"""The model registry: models, their versions, and the stage of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.errors import Invalid


class Stage(StrEnum):
    """Where a version stands; at most one version of a model is in production."""

    NONE = "none"
    STAGING = "staging"
    PRODUCTION = "production"
    ARCHIVED = "archived"


def stage(text: str) -> Stage:
    """Return the stage that `text` names; raise `Invalid` with the allowed ones."""
    try:
        return Stage(text)
    except ValueError:
        raise Invalid(f"no stage is named {text!r}; use one of {', '.join(Stage)}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A registered artifact of a run. `version` counts 1, 2, 3… per model."""

    name: str
    version: int
    stage: Stage
    description: str
    run_id: str
    artifact: Artifact
    created_by: str | None
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """What is registered: the artifact that `run_id` now has under `artifact_name`."""

    name: str
    run_id: str
    artifact_name: str
    stage: Stage
    description: str
    created_by: str | None
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model as lists show it."""

    name: str
    description: str
    production: Version | None
    version_count: int
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class ModelDetail:
    """A model with all its versions, newest first."""

    model: Model
    versions: Sequence[Version]
