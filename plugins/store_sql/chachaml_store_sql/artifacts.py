"""Records of artifacts."""

from chachaml_kernel.domain.artifacts import Artifact, storage_key
from chachaml_kernel.errors import NotFound
from sqlalchemy import Connection, Dialect, Executable, bindparam, delete, insert, select, update

from chachaml_store_sql import rows
from chachaml_store_sql.compiled import fetch
from chachaml_store_sql.runs import require_running
from chachaml_store_sql.schema import artifacts, versions


def add(connection: Connection, artifact: Artifact) -> tuple[Artifact, list[str]]:
    """Insert an artifact in place of the current one of its name.

    Returns it and the storage keys of replaced bytes that no version holds.
    """
    require_running(connection, artifact.run_id)
    unused = _replace(connection, artifact.run_id, artifact.name)
    connection.execute(insert(artifacts).values(artifact_row(artifact, current=True)))
    return artifact, unused


def artifact_row(artifact: Artifact, *, current: bool | None) -> dict[str, object]:
    """Return a row of the table of artifacts."""
    return {
        "id": artifact.id,
        "run_id": artifact.run_id,
        "name": artifact.name,
        "size": artifact.size,
        "content_type": artifact.content_type,
        "sha256": artifact.sha256,
        "created_at": artifact.created_at,
        "current": current,
    }


def _replace(connection: Connection, run_id: str, name: str) -> list[str]:
    before = current(connection, run_id, name)
    if before is None:
        return []
    held = select(versions.c.version).where(versions.c.artifact_id == before.id)
    if connection.execute(held).first() is not None:
        connection.execute(
            update(artifacts).where(artifacts.c.id == before.id).values(current=None)
        )
        return []
    connection.execute(delete(artifacts).where(artifacts.c.id == before.id))
    return [storage_key(run_id, before.id)]


def current(connection: Connection, run_id: str, name: str) -> Artifact | None:
    """Return the artifact that a run has under a name now."""
    row = connection.execute(
        select(*rows.ARTIFACT_COLUMNS)
        .where(artifacts.c.run_id == run_id, artifacts.c.name == name, artifacts.c.current)
        .with_for_update()
    ).first()
    return None if row is None else rows.artifact(row)


def get(connection: Connection, artifact_id: str) -> Artifact:
    """Return an artifact, current or held by a version."""
    row = connection.execute(
        select(*rows.ARTIFACT_COLUMNS).where(artifacts.c.id == artifact_id)
    ).first()
    if row is None:
        raise NotFound("artifact", f"no artifact has the id {artifact_id!r}; it may be replaced")
    return rows.artifact(row)


def artifacts_of(connection: Connection, run_id: str) -> list[Artifact]:
    """Return the current artifacts of a run, newest first."""
    return [rows.artifact(row) for row in fetch(connection, _of_run, {"run_id": run_id})]


def _of_run(_: Dialect) -> Executable:
    own = artifacts.c.run_id == bindparam("run_id")
    found = select(*rows.ARTIFACT_COLUMNS).where(own, artifacts.c.current)
    return found.order_by(artifacts.c.created_at.desc(), artifacts.c.name)
