"""The model registry: models, their versions, and the stage of each."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.paging import Page
from chachaml_kernel.errors import Conflict, Invalid

MAX_REASON = 1_000
"""Characters that the reason of a move may have."""
SHOWN_MOVES = 100
"""Moves that come with a model; the others are a list of their own."""


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


class Version(Struct, frozen=True, kw_only=True):
    """A registered artifact of a run. `version` counts 1, 2, 3… per model.

    It is in its stage since `stage_since`, in milliseconds since the Unix epoch.
    """

    name: str
    version: int
    stage: Stage
    stage_since: int
    description: str
    run_id: str
    artifact: Artifact
    created_by: str | None
    created_at: int


class NewVersion(Struct, frozen=True, kw_only=True):
    """What is registered: the artifact that `run_id` now has under `artifact_name`."""

    name: str
    run_id: str
    artifact_name: str
    stage: Stage
    description: str
    created_by: str | None
    created_at: int


class Registered(Struct, frozen=True):
    """A version in short, as the run that it comes from shows it."""

    name: str
    version: int
    stage: Stage


class Move(Struct, frozen=True, kw_only=True):
    """A step in the history of a model, which is kept for ever.

    `displaced_by` is the version that entered production and moved this one out of it; the two have
    their time, author and reason in common.
    """

    version: int
    from_stage: Stage
    to_stage: Stage
    at: int
    by: str | None
    reason: str
    displaced_by: int | None = None


class InProduction(Struct, frozen=True):
    """What somebody has seen in production: a version, or none."""

    version: int | None


class NewMove(Struct, frozen=True, kw_only=True):
    """A version that shall move to `stage`.

    For production, the version that is there goes to `displace_to`; with `displaces`, the move is
    refused unless that is what is there.
    """

    name: str
    version: int
    stage: Stage
    displace_to: Stage = Stage.ARCHIVED
    displaces: InProduction | None = None
    at: int
    by: str | None = None
    reason: str = ""


def refuse_surprise(new: NewMove, in_production: int | None) -> None:
    """Raise `Conflict` if something else is in production than who asks for a move has seen."""
    if new.displaces is not None and new.displaces.version != in_production:
        raise Conflict(
            f"{_version(in_production)} of model {new.name!r} is in production now, where "
            f"{_version(new.displaces.version)} was expected; look again before you promote"
        )


def moves_of(new: NewMove, stage: Stage, in_production: int | None) -> Sequence[Move]:
    """Return what a move does to a model, in this order: the one that it displaces, and itself.

    `stage` is where its version stands now; if that is where it shall stand, it does nothing.
    """
    if stage is new.stage:
        return []
    own = Move(
        version=new.version,
        from_stage=stage,
        to_stage=new.stage,
        at=new.at,
        by=new.by,
        reason=new.reason,
    )
    if new.stage is not Stage.PRODUCTION or in_production is None:
        return [own]
    displaced = replace(
        own,
        version=in_production,
        from_stage=Stage.PRODUCTION,
        to_stage=new.displace_to,
        displaced_by=new.version,
    )
    return [displaced, own]


def move_of_new(new: NewVersion, number: int) -> NewMove:
    """Return the move of a new version, which begins at `none`, to what it is registered for."""
    return NewMove(
        name=new.name, version=number, stage=new.stage, at=new.created_at, by=new.created_by
    )


def _version(number: int | None) -> str:
    return "no version" if number is None else f"version {number}"


class Model(Struct, frozen=True, kw_only=True):
    """A model as lists show it."""

    name: str
    description: str
    production: Version | None
    version_count: int
    created_at: int
    updated_at: int


class ModelDetail(Struct, frozen=True):
    """A model with all its versions, and the first page of its moves, newest first."""

    model: Model
    versions: Sequence[Version]
    history: Page[Move]
