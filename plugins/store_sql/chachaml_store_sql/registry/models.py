"""Models: what they are called, and all that is known of one."""

from chachaml_kernel.domain.models import (
    SHOWN_MOVES,
    Model,
    ModelDetail,
    Move,
    NewMove,
    Stage,
    Version,
)
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.errors import NotFound
from sqlalchemy import Connection, select, update

from chachaml_store_sql.compiled import Fetched
from chachaml_store_sql.lists.keyset import Key
from chachaml_store_sql.lists.pages import Tier, page_rows
from chachaml_store_sql.registry import moves, versions
from chachaml_store_sql.schema import models

NEWEST_FIRST = Tier(select(models), (Key(models.c.created_at, descending=True), Key(models.c.name)))


def set_stage(connection: Connection, new: NewMove) -> Version:
    """Move a version to a stage."""
    model_id = _lock(connection, new.name)
    before = versions.get(connection, new.name, new.version)
    if not moves.make(connection, model_id, new, before.stage):
        return before
    _change(connection, model_id, updated_at=new.at)
    return versions.get(connection, new.name, new.version)


def describe_version(
    connection: Connection, name: str, version: int, description: str, *, at: int
) -> Version:
    """Replace a version's description."""
    model_id = _lock(connection, name)
    versions.describe(connection, model_id, version, description)
    _change(connection, model_id, updated_at=at)
    return versions.get(connection, name, version)


def describe(connection: Connection, name: str, description: str, *, at: int) -> Model:
    """Replace a model's description."""
    _change(connection, _lock(connection, name), updated_at=at, description=description)
    return get(connection, name).model


def _lock(connection: Connection, name: str) -> int:
    """Return the id of a model, and keep others from changing it until the transaction ends."""
    row = connection.execute(
        select(models.c.id).where(models.c.name == name).with_for_update()
    ).first()
    if row is None:
        raise _no_model(name)
    return int(row[0])


def _change(connection: Connection, model_id: int, **changes: object) -> None:
    connection.execute(update(models).where(models.c.id == model_id).values(**changes))


def _no_model(name: str) -> NotFound:
    return NotFound("model", f"no model is named {name!r}; register a version to make it")


def list_models(connection: Connection, *, limit: int, after: Position | None) -> Page[Model]:
    """Return one page of the models, newest first."""
    found, following = page_rows(connection, [NEWEST_FIRST], {}, limit=limit, position=after)
    in_production = versions.in_production(connection, [row[0] for row in found])
    return Page([_model(row, in_production.get(row[0])) for row in found], following)


def get(connection: Connection, name: str) -> ModelDetail:
    """Return a model with its versions and its latest moves, newest first."""
    row = connection.execute(select(models).where(models.c.name == name)).first()
    if row is None:
        raise _no_model(name)
    listed = versions.of_model(connection, row.id)
    production = next((each for each in listed if each.stage == Stage.PRODUCTION), None)
    history = moves.of_model(connection, row.id, limit=SHOWN_MOVES)
    return ModelDetail(_model(row, production), listed, history)


def list_moves(
    connection: Connection, name: str, *, limit: int, after: Position | None
) -> Page[Move]:
    """Return one page of a model's moves, the last one first."""
    model_id = connection.execute(select(models.c.id).where(models.c.name == name)).scalar()
    if model_id is None:
        raise _no_model(name)
    return moves.of_model(connection, model_id, limit=limit, after=after)


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
