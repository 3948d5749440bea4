"""Reading one run whole."""

from collections.abc import Sequence

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.runs import RunDetail
from sqlalchemy import Connection, Dialect, Executable, bindparam, select

from chachaml_store_sql import datasets, rows
from chachaml_store_sql.annotations import params_of, tags_of
from chachaml_store_sql.artifacts import artifacts_of
from chachaml_store_sql.compiled import fetch, first
from chachaml_store_sql.lists.order import NEWEST_FIRST
from chachaml_store_sql.outcomes import outcome_of
from chachaml_store_sql.registry import versions
from chachaml_store_sql.runs import no_run, require_run
from chachaml_store_sql.schema import runs, series


def get_run(connection: Connection, run_id: str, *, headline: Sequence[str]) -> RunDetail:
    """Return a run with all that it has but points."""
    own = {"run_id": run_id}
    row = first(connection, _run, own)
    if row is None:
        raise no_run(run_id)
    *_, env_text, note, note_at, note_by = row
    env = rows.json_value(env_text)
    found = fetch(connection, _series, own)
    latest = [(key, value, step, logged) for key, value, step, *_, logged in found]
    return RunDetail(
        run=rows.run(row),
        params=params_of(connection, run_id),
        metrics=[rows.metric(metric) for metric in found],
        headline=outcome_of((), latest).headline(headline),
        tags=tags_of(connection, run_id),
        artifacts=artifacts_of(connection, run_id),
        datasets=datasets.datasets_of(connection, run_id),
        env=env if isinstance(env, dict) else {},
        note=note,
        note_saved=rows.saved((note_at, note_by)),
        children=[rows.run(child) for child in fetch(connection, _children, own)],
        model_versions=versions.of_run(connection, run_id),
    )


def _run(_: Dialect) -> Executable:
    found = rows.select_runs().add_columns(runs.c.env, runs.c.note, runs.c.note_at, runs.c.note_by)
    return found.where(runs.c.id == bindparam("run_id"))


def _series(_: Dialect) -> Executable:
    found = select(*rows.METRIC_COLUMNS, series.c.logged)
    return found.where(series.c.run_id == bindparam("run_id")).order_by(series.c.key)


def _children(_: Dialect) -> Executable:
    found = rows.select_runs().where(runs.c.parent_run_id == bindparam("run_id"))
    return found.order_by(*(key.ordered() for key in NEWEST_FIRST))


def get_tags(connection: Connection, run_id: str) -> dict[str, str]:
    """Return the tags of a run that must exist."""
    require_run(connection, run_id, running=False)
    return tags_of(connection, run_id)


def list_datasets(
    connection: Connection, run_id: str, *, limit: int, after: Position | None
) -> Page[Dataset]:
    """Return one page of the datasets of a run that must exist."""
    require_run(connection, run_id, running=False)
    return datasets.list_datasets(connection, run_id, limit=limit, after=after)
