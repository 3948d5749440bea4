"""Models whole: out of their tables, and into them in place of what was there."""

from collections.abc import Sequence

from chachaml_kernel.domain.keeping import WholeModel
from chachaml_kernel.domain.models import Version
from sqlalchemy import Connection, delete, insert

from chachaml_store_sql.compiled import Fetched
from chachaml_store_sql.registry import moves as history
from chachaml_store_sql.registry import versions as registry
from chachaml_store_sql.schema import models, moves, versions
from chachaml_store_sql.upsert import insert_into


def whole_models(connection: Connection, found: Sequence[Fetched]) -> list[WholeModel]:
    """Return models of rows of their name, id, description and times."""
    return [
        WholeModel(
            name=name,
            description=description,
            created_at=created_at,
            updated_at=updated_at,
            versions=registry.of_model(connection, model_id)[::-1],
            moves=history.all_of_model(connection, model_id),
        )
        for name, model_id, description, created_at, updated_at in found
    ]


def put_model(connection: Connection, whole: WholeModel) -> None:
    """Store a model as it is, in place of one that has its name."""
    facts = {
        "description": whole.description,
        "last_version": len(whole.versions),
        "created_at": whole.created_at,
        "updated_at": whole.updated_at,
    }
    statement = insert_into(models, connection.dialect).values(name=whole.name, **facts)
    model_id = connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_=facts).returning(models.c.id)
    ).scalar_one()
    connection.execute(delete(moves).where(moves.c.model_id == model_id))
    connection.execute(delete(versions).where(versions.c.model_id == model_id))
    if whole.versions:
        own = [_version_row(model_id, version) for version in whole.versions]
        connection.execute(insert(versions), own)
    if whole.moves:
        connection.execute(insert(moves), [history.row(model_id, move) for move in whole.moves])


def _version_row(model_id: int, version: Version) -> dict[str, object]:
    return {
        "model_id": model_id,
        "version": version.version,
        "stage": version.stage.value,
        "stage_since": version.stage_since,
        "description": version.description,
        "run_id": version.run_id,
        "artifact_id": version.artifact.id,
        "created_by": version.created_by,
        "created_at": version.created_at,
    }
