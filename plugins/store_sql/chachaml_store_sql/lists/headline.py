"""Which series a run's headline is the latest point of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from chachaml_store_sql.schema import runs, series


def headline_series(preferred: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    """Return the id of the series of the first preferred key that a run has, else the one logged
    last; NULL where it has none."""
    own = series.alias("own")
    of_run = select(own.c.id).where(own.c.run_id == runs.c.id).correlate(runs)
    named = [of_run.where(own.c.key == key) for key in preferred]
    last_logged = of_run.order_by(own.c.logged.desc()).limit(1).scalar_subquery()
    if not named:
        return last_logged
    return func.coalesce(*(each.scalar_subquery() for each in named), last_logged)
