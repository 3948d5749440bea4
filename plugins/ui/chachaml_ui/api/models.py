"""Routes of the model registry."""

from typing import Any

from chachaml_kernel.domain.paging import next_cursor
from msgspec import Struct

from chachaml_ui.api.queries import Page
from chachaml_ui.api.table import Call, Nothing, Paged, Route, route
from chachaml_ui.api.wire import models as wire_models
from chachaml_ui.api.wire.models import VersionNumber


class ModelPath(Struct, frozen=True):
    """A model by its name, percent-encoded."""

    name: str


class VersionPath(Struct, frozen=True):
    """A version of a model."""

    name: str
    version: VersionNumber


class DiffPath(Struct, frozen=True):
    """Two versions of a model."""

    name: str
    v1: VersionNumber
    v2: VersionNumber


async def register_model(
    call: Call[Nothing, Nothing, wire_models.RegisterModel],
) -> wire_models.Version:
    """Register an artifact of a run as the next version of a model, which is made if it is new."""
    body = call.body
    version = await call.kernel.models.register(
        body.name,
        run_id=body.run_id,
        artifact=body.artifact,
        stage_name="none" if body.stage is None else body.stage,
        description=body.description or "",
        created_by=call.caller if body.created_by is None else body.created_by,
        once=call.once,
    )
    return wire_models.from_version(version)


async def set_stage(
    call: Call[VersionPath, Nothing, wire_models.SetStage],
) -> wire_models.Version:
    """Move a version to a stage; the version that was in production before is archived."""
    body = call.body
    version = await call.kernel.models.set_stage(
        call.path.name,
        call.path.version,
        stage_name=body.stage,
        moved_by=call.caller if body.moved_by is None else body.moved_by,
        reason=body.reason or "",
        displaces=wire_models.to_in_production(body.displaces),
        once=call.once,
    )
    return wire_models.from_version(version)


async def describe_version(
    call: Call[VersionPath, Nothing, wire_models.Describe],
) -> wire_models.Version:
    """Replace a version's description."""
    version = await call.kernel.models.describe_version(
        call.path.name, call.path.version, call.body.description, once=call.once
    )
    return wire_models.from_version(version)


async def describe_model(
    call: Call[ModelPath, Nothing, wire_models.Describe],
) -> wire_models.Model:
    """Replace a model's description."""
    model = await call.kernel.models.describe(call.path.name, call.body.description, once=call.once)
    return wire_models.from_model(model)


async def list_models(call: Call[Nothing, Page, None]) -> Paged[wire_models.Model]:
    """List models, newest first."""
    page = await call.kernel.models.list(limit=call.query.limit, after=call.query.after("models"))
    return Paged(
        [wire_models.from_model(model) for model in page.rows], next_cursor("models", page)
    )


async def get_model(call: Call[ModelPath, Nothing, None]) -> wire_models.ModelWhole:
    """Return a model with its versions and its latest moves, newest first."""
    return wire_models.from_model_detail(await call.kernel.models.get(call.path.name))


async def list_moves(call: Call[ModelPath, Page, None]) -> Paged[wire_models.Move]:
    """List the moves of a model's versions between stages, the last one first."""
    page = await call.kernel.models.history(
        call.path.name, limit=call.query.limit, after=call.query.after("moves")
    )
    return Paged([wire_models.from_move(move) for move in page.rows], next_cursor("moves", page))


async def diff_versions(call: Call[DiffPath, Nothing, None]) -> wire_models.VersionDiff:
    """Put two versions of a model side by side, with params and metrics of their runs."""
    path = call.path
    return wire_models.from_diff(await call.kernel.models.diff(path.name, path.v1, path.v2))


def routes() -> list[Route]:
    """Return the routes of models."""
    one: dict[str, Any] = {"tag": "models", "problems": (404,)}
    writing: dict[str, Any] = {"tag": "models", "problems": (404, 409)}
    return [
        route("POST", "/api/w/models", register_model, **writing),
        route("POST", "/api/w/models/{name}", describe_model, **writing),
        route("POST", "/api/w/models/{name}/versions/{version}", describe_version, **writing),
        route("POST", "/api/w/models/{name}/versions/{version}/stage", set_stage, **writing),
        route("GET", "/api/models", list_models, tag="models"),
        route("GET", "/api/models/{name}", get_model, **one),
        route("GET", "/api/models/{name}/history", list_moves, **one),
        route("GET", "/api/diff/{name}/{v1}/{v2}", diff_versions, **one),
    ]
