"""The life of runs, as functions of a connection in a writing transaction."""

from collections.abc import Mapping
from typing import Any

from chachaml_kernel.domain.artifacts import storage_key
from chachaml_kernel.domain.runs import NewRun, Run, RunStatus
from chachaml_kernel.domain.values import canonical
from chachaml_kernel.errors import Conflict, NotFound
from sqlalchemy import (
    Connection,
    Dialect,
    Executable,
    Select,
    bindparam,
    delete,
    insert,
    null,
    select,
    update,
)

from chachaml_store_sql import outcomes, rows
from chachaml_store_sql.compiled import Build, Values, fetch, first, run_many
from chachaml_store_sql.datasets import insert_dataset
from chachaml_store_sql.experiments import counted, note_named, note_run
from chachaml_store_sql.schema import (
    BRIEF,
    artifacts,
    chunks,
    points,
    runs,
    series,
    tags,
    versions,
)


def no_run(run_id: str) -> NotFound:
    """Return the error for a run that does not exist."""
    return NotFound("run", f"no run has the id {run_id!r}; use the id that starting it answered")


def require(connection: Connection, run_id: str) -> RunStatus:
    """Return the status of a run, and keep it from changing until the transaction ends."""
    return RunStatus(_status(connection, _lock_status, run_id))


def _status(connection: Connection, build: Build, run_id: str) -> str:
    row = first(connection, build, {"run_id": run_id})
    if row is None:
        raise no_run(run_id)
    return str(row[0])


def _select_status(_: Dialect) -> Select[Any]:
    return select(runs.c.status).where(runs.c.id == bindparam("run_id"))


def _lock_status(dialect: Dialect) -> Select[Any]:
    return _select_status(dialect).with_for_update()


def _keep(dialect: Dialect) -> Select[Any]:
    return _select_status(dialect).with_for_update(read=True, key_share=True)


def refuse_ended(run_id: str, status: str) -> None:
    """Raise `NotFound` if a run with this status takes no writes."""
    if status != RunStatus.RUNNING:
        raise NotFound(
            "run", f"run {run_id!r} has ended as {status} and takes no writes; resume it first"
        )


def require_running(connection: Connection, run_id: str) -> None:
    """Raise `NotFound` unless the run takes writes."""
    refuse_ended(run_id, require(connection, run_id))


def require_run(connection: Connection, run_id: str, *, running: bool) -> None:
    """Raise `NotFound` unless the run exists and, if `running`, takes writes; lock nothing."""
    status = _status(connection, _select_status, run_id)
    if running:
        refuse_ended(run_id, status)


def get(connection: Connection, run_id: str) -> Run:
    """Return a run's own facts."""
    row = first(connection, _run, {"run_id": run_id})
    if row is None:
        raise no_run(run_id)
    return rows.run(row)


def _run(_: Dialect) -> Executable:
    return rows.select_runs().where(runs.c.id == bindparam("run_id"))


def start(connection: Connection, new: NewRun) -> Run:
    """Insert a run with all that it starts with."""
    run = new.run
    if run.parent_run_id is not None:
        # It must not go meanwhile, and nobody who holds it may wait for what is locked below.
        _status(connection, _keep, run.parent_run_id)
    new_kind = counted(run.status.value, run.archived)
    experiment = note_named(connection, run.experiment, new=new_kind, at=run.started_at)
    row = {
        "id": run.id,
        "experiment_id": experiment,
        "name": run.name,
        "status": run.status.value,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "created_by": run.created_by,
        "parent_run_id": run.parent_run_id,
        "error": run.error,
        "archived": run.archived,
        "env": canonical(dict(new.env)),
        "note": "",
        "note_at": None,
        "note_by": None,
    }
    insert_run(connection, row)
    insert_tags(connection, run.id, new.tags)
    for dataset in new.datasets:
        insert_dataset(connection, dataset)
    return run


def insert_run(connection: Connection, row: Values) -> None:
    """Insert a row into the table of runs."""
    fetch(connection, _insert_run, row)


def _insert_run(_: Dialect) -> Executable:
    return insert(runs)


def insert_tags(connection: Connection, run_id: str, new_tags: Mapping[str, str]) -> None:
    """Insert tags that a run does not have."""
    if new_tags:
        own = [tag_row(run_id, key, value) for key, value in new_tags.items()]
        run_many(connection, _insert_tag, own)


def tag_row(run_id: str, key: str, value: str) -> dict[str, object]:
    """Return a row of the table of tags."""
    return {"run_id": run_id, "key": key, "value": value, "brief": value[:BRIEF]}


def _insert_tag(_: Dialect) -> Executable:
    return insert(tags)


def end(
    connection: Connection, run_id: str, status: RunStatus, *, error: str | None, at: int
) -> None:
    """End a run, or find that it has ended so already."""
    new = {"run_id": run_id, "new_status": status.value, "new_end": at, "new_error": error}
    ended = first(connection, _end, new)
    if ended is not None:
        experiment, archived = ended
        running, now = counted("running", archived), counted(status.value, archived)
        note_run(connection, experiment, before=running, after=now, at=at)
        outcomes.keep(connection, {run_id: at})
        return
    before = require(connection, run_id)
    if before == RunStatus.RUNNING:  # it was resumed meanwhile, and is held now
        end(connection, run_id, status, error=error, at=at)
    elif before != status:
        raise Conflict(f"run {run_id!r} has ended as {before} already, it cannot end as {status}")


def _end(_: Dialect) -> Executable:
    return (
        update(runs)
        .where(runs.c.id == bindparam("run_id"), runs.c.status == RunStatus.RUNNING.value)
        .values(
            status=bindparam("new_status"),
            ended_at=bindparam("new_end"),
            error=bindparam("new_error"),
        )
        .returning(runs.c.experiment_id, runs.c.archived)
    )


def resume(connection: Connection, run_id: str) -> Run:
    """Let a run take writes again."""
    before = require(connection, run_id)
    experiment, archived = connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(status=RunStatus.RUNNING.value, ended_at=None, error=None)
        .returning(runs.c.experiment_id, runs.c.archived)
    ).one()
    was, now = counted(before.value, archived), counted("running", archived)
    note_run(connection, experiment, before=was, after=now)
    return get(connection, run_id)


def set_archived(connection: Connection, run_id: str, *, archived: bool) -> None:
    """Hide a run from lists, or show it again."""
    moved = first(connection, _set_archived, {"own_run": run_id, "new_archived": archived})
    if moved is None:
        require_run(connection, run_id, running=False)
        return
    experiment, status = moved
    was, now = counted(status, not archived), counted(status, archived)
    note_run(connection, experiment, before=was, after=now)


def _set_archived(_: Dialect) -> Executable:
    new = bindparam("new_archived", type_=runs.c.archived.type)
    own = update(runs).where(runs.c.id == bindparam("own_run"), runs.c.archived != new)
    return own.values(archived=new).returning(runs.c.experiment_id, runs.c.status)


def delete_run(connection: Connection, run_id: str) -> list[str]:
    """Delete an archived run; return the storage keys of the bytes that nobody holds now."""
    own = {"own_run": run_id}
    row = first(connection, _lock_archived, own)
    if row is None:
        raise no_run(run_id)
    if not row[0]:
        raise Conflict(f"run {run_id!r} is not archived; archive it before deleting it")
    delete_pieces(connection, run_id)
    unused = fetch(connection, _delete_unheld_artifacts, own)
    fetch(connection, _release_artifacts, own)
    [[experiment]] = fetch(connection, _delete, own)  # the rest goes by cascade
    note_run(connection, experiment, before="archived", after=None)
    return [storage_key(run_id, artifact_id) for (artifact_id,) in unused]


def _lock_archived(_: Dialect) -> Executable:
    return select(runs.c.archived).where(runs.c.id == bindparam("own_run")).with_for_update()


def delete_pieces(connection: Connection, run_id: str) -> None:
    """Delete all points of a run; its series stay."""
    own = {"own_run": run_id}
    fetch(connection, _delete_points, own)
    fetch(connection, _delete_chunks, own)


def _delete_points(_: Dialect) -> Executable:
    return delete(points).where(points.c.series_id.in_(_own_series()))


def _delete_chunks(_: Dialect) -> Executable:
    return delete(chunks).where(chunks.c.series_id.in_(_own_series()))


def _own_series() -> Select[Any]:
    return select(series.c.id).where(series.c.run_id == bindparam("own_run"))


def _delete_unheld_artifacts(_: Dialect) -> Executable:
    held = select(versions.c.artifact_id).where(versions.c.artifact_id == artifacts.c.id).exists()
    unheld = delete(artifacts).where(artifacts.c.run_id == bindparam("own_run"), ~held)
    return unheld.returning(artifacts.c.id)


def _release_artifacts(_: Dialect) -> Executable:
    own = update(artifacts).where(artifacts.c.run_id == bindparam("own_run"))
    return own.values(current=null())


def _delete(_: Dialect) -> Executable:
    return delete(runs).where(runs.c.id == bindparam("own_run")).returning(runs.c.experiment_id)
