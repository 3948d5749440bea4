"""What is said about runs: params, tags, notes and datasets."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.notes import Saved, refuse_overwriting
from chachaml_kernel.domain.values import JsonValue, canonical, double_of, plain_text, same
from chachaml_kernel.errors import Conflict
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    bindparam,
    delete,
    select,
    update,
)

from chachaml_store_sql import rows
from chachaml_store_sql.batches import COLUMNS, Row, run_batches
from chachaml_store_sql.compiled import fetch, fetch_among
from chachaml_store_sql.datasets import insert_dataset
from chachaml_store_sql.runs import require, require_running, tag_row
from chachaml_store_sql.schema import BRIEF, params, runs, tags
from chachaml_store_sql.upsert import insert_into

SHOWN = 200
"""Characters of a value that a message shows."""


def log_params(connection: Connection, run_id: str, new: Mapping[str, JsonValue]) -> None:
    """Write params, each once and for all."""
    require_running(connection, run_id)
    added = insert_params(connection, run_id, new)
    there = [key for key in new if key not in added]
    for key, value in _stored(connection, run_id, there).items():
        if not same(value, new[key]):
            raise Conflict(
                f"param {key!r} is {_short(value)} and cannot become {_short(new[key])}; "
                "params are written once"
            )


def insert_params(
    connection: Connection, run_id: str, new: Mapping[str, JsonValue]
) -> AbstractSet[str]:
    """Insert those params that a run does not have, whether it takes writes or not.

    Return their keys.
    """
    own = [_param_row(run_id, key, value) for key, value in new.items()]
    return {row[0] for row in run_batches(connection, "add_params", own)}


def _stored(connection: Connection, run_id: str, keys: Sequence[str]) -> dict[str, JsonValue]:
    """Return those of some params that a run has already."""
    found = fetch_among(connection, _select_some, keys, {"run_id": run_id})
    return {key: rows.json_value(value) for key, value in found}


def _select_some(keys: Sequence[ColumnElement[Any]]) -> Executable:
    own = params.c.run_id == bindparam("run_id")
    return select(params.c.key, params.c.value).where(own, params.c.key.in_(keys))


def _short(value: JsonValue) -> str:
    """Return a value as a message shows it."""
    text = canonical(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"


def _param_row(run_id: str, key: str, value: JsonValue) -> Row:
    text, number = plain_text(value), double_of(value)
    is_text = value is not None and number is None
    columns = {
        "run_id": run_id,
        "key": key,
        "value": canonical(value),
        "text": text,
        "number": number,
        "brief": text[:BRIEF] if is_text else None,
    }
    return [columns[name] for name in COLUMNS["add_params"]]


def params_of(connection: Connection, run_id: str) -> dict[str, JsonValue]:
    """Return the params of a run, by key."""
    found = fetch(connection, _params_of, {"run_id": run_id})
    return {key: rows.json_value(value) for key, value in found}


def _params_of(_: Dialect) -> Executable:
    found = select(params.c.key, params.c.value).order_by(params.c.key)
    return found.where(params.c.run_id == bindparam("run_id"))


def set_tag(connection: Connection, run_id: str, key: str, value: str) -> None:
    """Set a tag, in place of the value it has."""
    require(connection, run_id)
    fetch(connection, _set_tag, tag_row(run_id, key, value))


def _set_tag(dialect: Dialect) -> Executable:
    row = insert_into(tags, dialect)
    return row.values(
        {column.name: bindparam(column.name) for column in tags.c}
    ).on_conflict_do_update(
        index_elements=["run_id", "key"],
        set_={"value": row.excluded.value, "brief": row.excluded.brief},
    )


def delete_tag(connection: Connection, run_id: str, key: str) -> None:
    """Remove a tag, if it is there."""
    require(connection, run_id)
    fetch(connection, _delete_tag, {"run_id": run_id, "key": key})


def _delete_tag(_: Dialect) -> Executable:
    own = tags.c.run_id == bindparam("run_id")
    return delete(tags).where(own, tags.c.key == bindparam("key"))


def tags_of(connection: Connection, run_id: str) -> dict[str, str]:
    """Return the tags of a run, by key."""
    return {key: value for key, value in fetch(connection, _tags_of, {"run_id": run_id})}  # noqa: C416


def _tags_of(_: Dialect) -> Executable:
    found = select(tags.c.key, tags.c.value).order_by(tags.c.key)
    return found.where(tags.c.run_id == bindparam("run_id"))


def set_note(
    connection: Connection, run_id: str, note: str, *, saved: Saved, previous: str | None
) -> None:
    """Replace the note of a run."""
    require(connection, run_id)
    if previous is not None:
        [[stored, *known]] = fetch(connection, _note, {"run_id": run_id})
        before = rows.saved(known)
        refuse_overwriting(run_id, note, previous=previous, stored=stored, saved=before)
    new = {"own_id": run_id, "new_note": note, "new_at": saved.at, "new_by": saved.by}
    fetch(connection, _set_note, new)


def _note(_: Dialect) -> Executable:
    found = select(runs.c.note, runs.c.note_at, runs.c.note_by)
    return found.where(runs.c.id == bindparam("run_id"))


def _set_note(_: Dialect) -> Executable:
    own = update(runs).where(runs.c.id == bindparam("own_id"))
    return own.values(
        note=bindparam("new_note"), note_at=bindparam("new_at"), note_by=bindparam("new_by")
    )


def add_dataset(connection: Connection, dataset: Dataset) -> Dataset:
    """Add a dataset to a run that takes writes."""
    require_running(connection, dataset.run_id)
    return insert_dataset(connection, dataset)
