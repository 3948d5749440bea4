"""The model registry."""

from collections.abc import Mapping
from typing import Any

from chachaml_kernel.domain.models import Model, ModelDetail, NewVersion, Stage, Version
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.errors import NotFound
from sqlalchemy import Connection, Select, and_, insert, select, update

from chachaml_store_sql import artifacts, rows, runs
from chachaml_store_sql.compiled import Fetched
from chachaml_store_sql.lists.keyset import Key
from chachaml_store_sql.lists.pages import Tier, page_rows
from chachaml_store_sql.rows import AnyRow
from chachaml_store_sql.schema import artifacts as artifact_table
from chachaml_store_sql.schema import models, versions
from chachaml_store_sql.upsert import insert_unless_there

NEWEST_FIRST = Tier(select(models), (Key(models.c.created_at, descending=True), Key(models.c.name)))


def add_version(connection: Connection, new: NewVersion) -> Version:
    """Register an artifact as the next version of a model."""
    runs.require(connection, new.run_id)
    artifact = artifacts.current(connection, new.run_id, new.artifact_name)
    if artifact is None:
        raise NotFound("artifact", _which_artifacts(connection, new))
    model_id, number = _next_version(connection, new)
    if new.stage == Stage.PRODUCTION:
        _displace(connection, model_id, Stage.ARCHIVED)
    connection.execute(
        insert(versions).values(
            model_id=model_id,
            version=number,
            stage=new.stage.value,
            description=new.description,
            run_id=new.run_id,
            artifact_id=artifact.id,
            created_by=new.created_by,
            created_at=new.created_at,
        )
    )
    return _version(connection, new.name, number)


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


def _displace(connection: Connection, model_id: int, to: Stage) -> None:
    connection.execute(
        update(versions)
        .where(versions.c.model_id == model_id, versions.c.stage == Stage.PRODUCTION.value)
        .values(stage=to.value)
    )


def set_stage(
    connection: Connection, name: str, version: int, stage: Stage, *, displace_to: Stage, at: int
) -> Version:
    """Move a version to a stage; the update of the model locks out concurrent promotions."""
    model_id = _touch(connection, name, updated_at=at)
    before = _version(connection, name, version)
    if stage == Stage.PRODUCTION and before.stage != Stage.PRODUCTION:
        _displace(connection, model_id, displace_to)
    connection.execute(
        update(versions)
        .where(versions.c.model_id == model_id, versions.c.version == version)
        .values(stage=stage.value)
    )
    return _version(connection, name, version)


def describe(connection: Connection, name: str, description: str, *, at: int) -> Model:
    """Replace a model's description."""
    _touch(connection, name, updated_at=at, description=description)
    return get(connection, name).model


def _touch(connection: Connection, name: str, **changes: object) -> int:
    model_id: int | None = connection.execute(
        update(models).where(models.c.name == name).values(**changes).returning(models.c.id)
    ).scalar()
    if model_id is None:
        raise _no_model(name)
    return model_id


def _no_model(name: str) -> NotFound:
    return NotFound("model", f"no model is named {name!r}; register a version to make it")


def list_models(connection: Connection, *, limit: int, after: Position | None) -> Page[Model]:
    """Return one page of the models, newest first."""
    found, following = page_rows(connection, [NEWEST_FIRST], {}, limit=limit, position=after)
    in_production = _in_production(connection, [row[0] for row in found])
    return Page([_model(row, in_production.get(row[0])) for row in found], following)


def get(connection: Connection, name: str) -> ModelDetail:
    """Return a model with its versions, newest first."""
    row = connection.execute(select(models).where(models.c.name == name)).first()
    if row is None:
        raise _no_model(name)
    newest_first = (
        _select_versions().where(models.c.id == row.id).order_by(versions.c.version.desc())
    )
    listed = [_read_version(version) for version in connection.execute(newest_first)]
    production = next((each for each in listed if each.stage == Stage.PRODUCTION), None)
    return ModelDetail(_model(row, production), listed)


def _in_production(connection: Connection, model_ids: list[int]) -> Mapping[int, Version]:
    statement = _select_versions().where(
        and_(models.c.id.in_(model_ids), versions.c.stage == Stage.PRODUCTION.value)
    )
    return {row.model_id: _read_version(row) for row in connection.execute(statement)}


def _version(connection: Connection, name: str, version: int) -> Version:
    statement = _select_versions().where(models.c.name == name, versions.c.version == version)
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound("version", f"model {name!r} has no version {version}")
    return _read_version(row)


def _select_versions() -> Select[Any]:
    return (
        select(
            *rows.ARTIFACT_COLUMNS,
            models.c.id.label("model_id"),
            models.c.name.label("model_name"),
            versions.c.version,
            versions.c.stage,
            versions.c.description,
            versions.c.run_id.label("source_run_id"),
            versions.c.created_by,
            versions.c.created_at.label("registered_at"),
        )
        .join_from(versions, models)
        .join(artifact_table, artifact_table.c.id == versions.c.artifact_id)
    )


def _read_version(row: AnyRow) -> Version:
    return Version(
        name=row.model_name,
        version=row.version,
        stage=Stage(row.stage),
        description=row.description,
        run_id=row.source_run_id,
        artifact=rows.artifact(row),
        created_by=row.created_by,
        created_at=row.registered_at,
    )


def _model(row: Fetched, production: Version | None) -> Model:
    _, name, description, last_version, created_at, updated_at, *_ = row
    return Model(
        name=name,
        description=description,
        production=production,
        version_count=last_version,
        created_at=created_at,
        updated_at=updated_at,
    )
