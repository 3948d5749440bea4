"""Reading one run whole."""

from collections.abc import Mapping, Sequence

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.runs import Headline, RunDetail
from sqlalchemy import Connection, select

from chachaml_store_sql import datasets, rows
from chachaml_store_sql.annotations import params_of, tags_of
from chachaml_store_sql.artifacts import artifacts_of
from chachaml_store_sql.runs import no_run, require_run
from chachaml_store_sql.schema import runs, series


def get_run(connection: Connection, run_id: str, *, headline: Sequence[str]) -> RunDetail:
    """Return a run with all that it has but points."""
    row = connection.execute(
        rows.select_runs().add_columns(runs.c.env, runs.c.note).where(runs.c.id == run_id)
    ).first()
    if row is None:
        raise no_run(run_id)
    found = connection.execute(
        select(series).where(series.c.run_id == run_id).order_by(series.c.key)
    ).all()
    children = connection.execute(
        rows.select_runs()
        .where(runs.c.parent_run_id == run_id)
        .order_by(runs.c.started_at.desc(), runs.c.id.desc())
    )
    env = rows.json_value(row.env)
    return RunDetail(
        run=rows.run(row),
        params=params_of(connection, run_id),
        metrics=[rows.metric(metric) for metric in found],
        headline=choose_headline(found, headline),
        tags=tags_of(connection, run_id),
        artifacts=artifacts_of(connection, run_id),
        datasets=datasets.datasets_of(connection, run_id),
        env=env if isinstance(env, dict) else {},
        note=row.note,
        children=[rows.run(child) for child in children],
    )


def choose_headline(of_run: Sequence[rows.AnyRow], preferred: Sequence[str]) -> Headline | None:
    """Return the latest point of the first preferred key, else of what was logged last."""
    if not of_run:
        return None
    by_key: Mapping[str, rows.AnyRow] = {row.key: row for row in of_run}
    chosen = next((by_key[key] for key in preferred if key in by_key), None)
    if chosen is None:
        chosen = max(of_run, key=lambda row: row.logged)
    return Headline(chosen.key, rows.real(chosen.last_value), chosen.last_step)


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
