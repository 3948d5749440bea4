"""Tools that show the model registry."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from chachaml_kernel.domain.models import Model, Stage, Version
from chachaml_kernel.domain.paging import decode_cursor, encode_cursor
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import Invalid, NotFound
from chachaml_kernel.tools.room import Room
from chachaml_kernel.tools.shapes import (
    ArtifactBrief,
    Number,
    Time,
    Url,
    artifact_brief,
    brief_values,
    model_url,
    numbers,
    run_url,
    shortened,
    time,
)
from chachaml_kernel.tools.tool import AnyTool, Arguments, Tool

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

MAX_DESCRIPTION = 2_000
MAX_MOVES = 20

Name = Annotated[str, Meta(description="the model's name")]


class ListModels(Arguments, frozen=True, kw_only=True):
    """Arguments of `list_models`."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: str | None = None


class GetModel(Arguments, frozen=True, kw_only=True):
    """Arguments of `get_model`."""

    name: Name


class GetModelVersion(GetModel, frozen=True, kw_only=True):
    """Arguments of `get_model_version`: a number or a stage, or neither for the newest."""

    version: Annotated[int, Meta(ge=1)] | None = None
    stage: Annotated[Stage | None, Meta(description="the newest version of this stage")] = None


class DiffModelVersions(GetModel, frozen=True, kw_only=True):
    """Arguments of `diff_model_versions`."""

    first: Annotated[int, Meta(ge=1)]
    second: Annotated[int, Meta(ge=1)]


class ModelBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A model in a list."""

    name: str
    url: Url
    description: str
    production_version: int | None
    versions: int
    updated: Time


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of models, newest first."""

    models: list[ModelBrief]
    cursor: str | None


class VersionBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a model, and the run that it comes from."""

    model: str
    version: int
    url: Url
    stage: str
    stage_since: Time
    description: str
    run_id: str
    run_url: str
    artifact: ArtifactBrief
    created_by: str | None
    created: Time


class MoveBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A version that changed its stage."""

    version: int
    from_stage: str
    to_stage: str
    at: Time
    by: str | None
    reason: str
    displaced_by: int | None


class ModelWhole(msgspec.Struct, frozen=True, kw_only=True):
    """A model with its latest versions and moves; `left_out` versions are older."""

    model: ModelBrief
    versions: list[VersionBrief]
    moves: list[MoveBrief]
    left_out: int


class VersionsDiff(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions side by side: by key, then by version; params and metrics of their runs.

    Only what differs is shown of artifact and params; `left_out` counts what is more than 100, or
    did not fit.
    """

    url: Url
    versions: list[VersionBrief]
    artifact: Mapping[str, Mapping[str, JsonValue]]
    params: Mapping[str, Mapping[str, JsonValue]]
    metrics: Mapping[str, Mapping[str, Number]]
    left_out: Mapping[str, int]


async def list_models(kernel: "Kernel", asked: ListModels) -> ModelList:
    """List the registered models, newest first, with the version that is in production."""
    after = None if asked.cursor is None else decode_cursor("models", asked.cursor)
    page = await kernel.models.list(limit=asked.limit, after=after)
    return ModelList(
        models=[_model(model) for model in page.rows],
        cursor=None if page.next is None else encode_cursor("models", page.next),
    )


async def get_model(kernel: "Kernel", asked: GetModel) -> ModelWhole:
    """Return a model: its versions with their stages, and who moved which version when and why."""
    found = await kernel.models.get(asked.name)
    versions = Room(each=16_000).rows("versions", found.versions, _version)
    return ModelWhole(
        model=_model(found.model),
        versions=versions,
        moves=[
            MoveBrief(
                version=move.version,
                from_stage=str(move.from_stage),
                to_stage=str(move.to_stage),
                at=time(move.at),
                by=move.by,
                reason=shortened(move.reason),
                displaced_by=move.displaced_by,
            )
            for move in found.history.rows[:MAX_MOVES]
        ],
        left_out=len(found.versions) - len(versions),
    )


async def get_model_version(kernel: "Kernel", asked: GetModelVersion) -> VersionBrief:
    """Return one version of a model: by its number, the newest of a stage, or the newest of all."""
    if asked.version is not None and asked.stage is not None:
        raise Invalid("give a version or a stage, not both")
    found = (await kernel.models.get(asked.name)).versions
    wanted = [
        each
        for each in found
        if asked.version in (None, each.version) and asked.stage in (None, each.stage)
    ]
    if not wanted:
        known = ", ".join(f"{each.version} ({each.stage})" for each in found[:20])
        raise NotFound("version", f"model {asked.name!r} has no such version; it has {known}")
    return _version(max(wanted, key=lambda each: each.version))


async def diff_model_versions(kernel: "Kernel", asked: DiffModelVersions) -> VersionsDiff:
    """Put two versions of a model side by side: artifact, and params and metrics of their runs."""
    found = await kernel.models.diff(asked.name, asked.first, asked.second)
    params = {key: found.params[key] for key in found.differing}
    room = Room()
    return VersionsDiff(
        url=f"{model_url(asked.name)}?a={asked.first}&b={asked.second}",
        versions=[_version(each) for each in found.versions],
        artifact={
            fact: values
            for fact, values in found.artifact.items()
            if len({str(value) for value in values.values()}) > 1
        },
        params=room.values("params", params, brief_values),
        metrics=room.values("metrics", found.metrics, numbers),
        left_out=room.left_out,
    )


def _model(model: Model) -> ModelBrief:
    return ModelBrief(
        name=model.name,
        url=model_url(model.name),
        description=shortened(model.description, MAX_DESCRIPTION),
        production_version=None if model.production is None else model.production.version,
        versions=model.version_count,
        updated=time(model.updated_at),
    )


def _version(version: Version) -> VersionBrief:
    return VersionBrief(
        model=version.name,
        version=version.version,
        url=model_url(version.name),
        stage=str(version.stage),
        stage_since=time(version.stage_since),
        description=shortened(version.description, MAX_DESCRIPTION),
        run_id=version.run_id,
        run_url=run_url(version.run_id),
        artifact=artifact_brief(version.artifact),
        created_by=version.created_by,
        created=time(version.created_at),
    )


TOOLS: Sequence[AnyTool] = (
    Tool(list_models, ListModels, ModelList),
    Tool(get_model, GetModel, ModelWhole),
    Tool(get_model_version, GetModelVersion, VersionBrief),
    Tool(diff_model_versions, DiffModelVersions, VersionsDiff),
)
