"""Things as they are into the tables, each in place of what has its id or name."""

from collections.abc import Sequence
from typing import Any

from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.keeping import AppliedKey, Batch, KeptArtifact
from chachaml_kernel.domain.runs import RunStatus
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Table,
    bindparam,
    null,
    select,
    update,
)

from chachaml_store_sql import outcomes
from chachaml_store_sql.artifacts import artifact_row
from chachaml_store_sql.compiled import fetch_among, run_many
from chachaml_store_sql.experiments import COUNTED
from chachaml_store_sql.keeping.models import put_model
from chachaml_store_sql.keeping.runs import put_parents, put_run
from chachaml_store_sql.keeping.snapshot import FORM
from chachaml_store_sql.schema import applied, artifacts, experiments, views
from chachaml_store_sql.series.append import Append, Grown
from chachaml_store_sql.series.group import append_to_all
from chachaml_store_sql.series.notes import note_if_ended
from chachaml_store_sql.upsert import insert_into
from chachaml_store_sql.views import view_row


def load(connection: Connection, batch: Batch) -> None:
    """Store all things of a batch."""
    run_many(connection, _put_experiment, map(_experiment_row, batch.experiments))
    for whole in batch.runs:
        put_run(connection, whole)
    stored = [whole.run for whole in batch.runs]
    outcomes.keep(
        connection, {run.id: run.ended_at for run in stored if run.status != RunStatus.RUNNING}
    )
    put_parents(connection, batch.parents)
    _put_artifacts(connection, batch.artifacts)
    for model in batch.models:
        put_model(connection, model)
    run_many(connection, _put_view, map(view_row, batch.views))
    known = [key for key in batch.keys if key.form == FORM]
    run_many(connection, _put_key, map(_key_row, known))


def load_points(connection: Connection, appends: Sequence[Append]) -> list[Grown]:
    """Append points to series of runs whatever their status; return what may be sealed."""
    grown = append_to_all(connection, appends)
    additions = [addition for append in appends for addition in append.additions]
    sealed = {
        one.series_id
        for one, addition in zip(grown, additions, strict=True)
        if one.length == one.added and len(addition.segments) == 1
    }
    ended = note_if_ended(connection, {append.run_id for append in appends}, besides=sealed)
    return [one for one in grown if one.has_gathered or one.series_id in ended]


def known_artifacts(connection: Connection, artifact_ids: Sequence[str]) -> set[str]:
    """Return those of some ids that artifacts have."""
    return {row[0] for row in fetch_among(connection, _known, artifact_ids)}


def _known(ids: Sequence[ColumnElement[Any]]) -> Executable:
    return select(artifacts.c.id).where(artifacts.c.id.in_(ids))


def _put(table: Table, dialect: Dialect, key: str, *, besides: Sequence[str] = ()) -> Executable:
    """Return the insert of a row, which updates all but its key and `besides` where it is there."""
    row = insert_into(table, dialect)
    names = [column.name for column in table.c if column.name != "id" or key == "id"]
    new = {name: row.excluded[name] for name in names if name not in (key, *besides)}
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    return row.values(values).on_conflict_do_update(index_elements=[key], set_=new)


def _put_experiment(dialect: Dialect) -> Executable:
    return _put(experiments, dialect, "name", besides=COUNTED)


def _experiment_row(experiment: Experiment) -> dict[str, object]:
    return {
        "name": experiment.name,
        "description": experiment.description,
        "owner": experiment.owner,
        "created_at": experiment.created_at,
        "updated_at": experiment.last_updated,
        **dict.fromkeys(COUNTED, 0),
    }


def _put_artifacts(connection: Connection, kept: Sequence[KeptArtifact]) -> None:
    # Whatever else had the name of one that is current now has it no more.
    current = [one.artifact for one in kept if one.current]
    names = [{"of_run": one.run_id, "own_name": one.name, "own_id": one.id} for one in current]
    run_many(connection, _release_others, names)
    rows = [artifact_row(one.artifact, current=one.current or None) for one in kept]
    run_many(connection, _put_artifact, rows)


def _release_others(_: Dialect) -> Executable:
    named = artifacts.c.run_id == bindparam("of_run"), artifacts.c.name == bindparam("own_name")
    others = update(artifacts).where(*named, artifacts.c.id != bindparam("own_id"))
    return others.values(current=null())


def _put_artifact(dialect: Dialect) -> Executable:
    return _put(artifacts, dialect, "id")


def _put_view(dialect: Dialect) -> Executable:
    return _put(views, dialect, "name")


def _put_key(dialect: Dialect) -> Executable:
    return _put(applied, dialect, "key")


def _key_row(key: AppliedKey) -> dict[str, object]:
    return {"key": key.key, "request": key.request, "answer": key.answer, "at": key.at}
