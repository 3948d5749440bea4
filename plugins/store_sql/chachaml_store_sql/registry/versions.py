"""Versions of models: registering and reading them."""

from collections.abc import Mapping, Sequence
from typing import Any

from chachaml_kernel.domain.models import NewVersion, Registered, Stage, Version, move_of_new
from chachaml_kernel.errors import NotFound
from sqlalchemy import (
    Connection,
    Dialect,
    Executable,
    Select,
    and_,
    bindparam,
    insert,
    select,
    update,
)

from chachaml_store_sql import artifacts, rows, runs
from chachaml_store_sql.compiled import fetch
from chachaml_store_sql.registry import moves
from chachaml_store_sql.rows import AnyRow
from chachaml_store_sql.schema import artifacts as artifact_table
from chachaml_store_sql.schema import models, versions
from chachaml_store_sql.upsert import insert_unless_there


def add(connection: Connection, new: NewVersion) -> Version:
    """Register an artifact as the next version of a model."""
    runs.require(connection, new.run_id)
    artifact = artifacts.current(connection, new.run_id, new.artifact_name)
    if artifact is None:
        raise NotFound("artifact", _which_artifacts(connection, new))
    model_id, number = _next_version(connection, new)
    connection.execute(
        insert(versions).values(
            model_id=model_id,
            version=number,
            stage=Stage.NONE.value,
            stage_since=new.created_at,
            description=new.description,
            run_id=new.run_id,
            artifact_id=artifact.id,
            created_by=new.created_by,
            created_at=new.created_at,
        )
    )
    moves.make(connection, model_id, move_of_new(new, number), Stage.NONE)
    return get(connection, new.name, number)


def _which_artifacts(connection: Connection, new: NewVersion) -> str:
    names = [artifact.name for artifact in artifacts.artifacts_of(connection, new.run_id)]
    known = ", ".join(map(repr, names[:20])) or "none; upload it first"
    return f"run {new.run_id!r} has no artifact named {new.artifact_name!r}; it has {known}"


def _next_version(connection: Connection, new: NewVersion) -> tuple[int, int]:
    """Take the next number of a model, which locks the model until the transaction ends."""
    at = new.created_at
    insert_unless_there(
        connection,
        models,
        name=new.name,
        description=new.description,
        last_version=0,
        created_at=at,
        updated_at=at,
    )
    row = connection.execute(
        update(models)
        .where(models.c.name == new.name)
        .values(last_version=models.c.last_version + 1, updated_at=at)
        .returning(models.c.id, models.c.last_version)
    ).one()
    return row.id, row.last_version


def describe(connection: Connection, model_id: int, version: int, description: str) -> None:
    """Replace a version's description."""
    connection.execute(
        update(versions)
        .where(versions.c.model_id == model_id, versions.c.version == version)
        .values(description=description)
    )


def get(connection: Connection, name: str, version: int) -> Version:
    """Return a version of a model."""
    statement = _select_versions().where(models.c.name == name, versions.c.version == version)
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound("version", f"model {name!r} has no version {version}")
    return _version(row)


def of_model(connection: Connection, model_id: int) -> Sequence[Version]:
    """Return all versions of a model, newest first."""
    own = _select_versions().where(models.c.id == model_id)
    return [_version(row) for row in connection.execute(own.order_by(versions.c.version.desc()))]


def in_production(connection: Connection, model_ids: Sequence[int]) -> Mapping[int, Version]:
    """Return the versions in production of some models, by the id of their model."""
    statement = _select_versions().where(
        and_(models.c.id.in_(model_ids), versions.c.in_production == 1)
    )
    return {row.model_id: _version(row) for row in connection.execute(statement)}


def of_run(connection: Connection, run_id: str) -> list[Registered]:
    """Return the versions that were registered from a run, newest first."""
    found = fetch(connection, _of_run, {"run_id": run_id})
    return [Registered(name, version, Stage(stage)) for name, version, stage in found]


def _of_run(_: Dialect) -> Executable:
    found = select(models.c.name, versions.c.version, versions.c.stage).join_from(versions, models)
    newest_first = (versions.c.created_at.desc(), models.c.name.desc(), versions.c.version.desc())
    return found.where(versions.c.run_id == bindparam("run_id")).order_by(*newest_first)


def _select_versions() -> Select[Any]:
    return (
        select(
            *rows.ARTIFACT_COLUMNS,
            models.c.id.label("model_id"),
            models.c.name.label("model_name"),
            versions.c.version,
            versions.c.stage,
            versions.c.stage_since,
            versions.c.description,
            versions.c.run_id.label("source_run_id"),
            versions.c.created_by,
            versions.c.created_at.label("registered_at"),
        )
        .join_from(versions, models)
        .join(artifact_table, artifact_table.c.id == versions.c.artifact_id)
    )


def _version(row: AnyRow) -> Version:
    return Version(
        name=row.model_name,
        version=row.version,
        stage=Stage(row.stage),
        stage_since=row.stage_since,
        description=row.description,
        run_id=row.source_run_id,
        artifact=rows.artifact(row),
        created_by=row.created_by,
        created_at=row.registered_at,
    )
