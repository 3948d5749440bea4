"""What live updates read: runs at a glance, and what is new in series."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from chachaml_kernel.domain.live import Glance, Place
from chachaml_kernel.domain.metrics import Metric, Outline, Window
from chachaml_kernel.domain.runs import Headline
from sqlalchemy import ColumnElement, Connection, Dialect, Executable, Integer, bindparam, select

from chachaml_store_sql import rows
from chachaml_store_sql.compiled import Fetched, fetch, fetch_among, first
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.schema import runs, series, tags
from chachaml_store_sql.series.outline import outline_of_series
from chachaml_store_sql.series.read import series_if_any

Bounds = Sequence[ColumnElement[Any]]


class SqlLive:
    """Keeps the promises of `LiveStore`."""

    read: Runner

    async def glance(
        self,
        wanted: Mapping[str, AbstractSet[str] | None],
        *,
        most: int,
        headline: Sequence[str] = (),
    ) -> Mapping[str, Glance]:
        """See `LiveStore`."""
        return await self.read(lambda c: glance(c, wanted, most=most, headline=headline))

    async def follow(self, places: Sequence[Place], *, max_points: int) -> Mapping[Place, Outline]:
        """See `LiveStore`."""
        return await self.read(lambda c: follow(c, places, max_points=max_points))


def glance(
    connection: Connection,
    wanted: Mapping[str, AbstractSet[str] | None],
    *,
    most: int,
    headline: Sequence[str],
) -> Mapping[str, Glance]:
    """Return those of some runs that exist, with the wanted metrics that they have."""
    own_tags: dict[str, dict[str, str]] = {run_id: {} for run_id in wanted}
    for run_id, key, value in fetch_among(connection, _tags, list(wanted)):
        own_tags[run_id][key] = value
    found = {}
    for row in fetch_among(connection, _runs, list(wanted)):
        run, keys = rows.run(row), wanted[row[0]]
        own = _metrics(connection, run.id, keys, most)
        found[run.id] = Glance(run, own_tags[run.id], _headline(connection, run.id, headline), own)
    return found


def follow(
    connection: Connection, places: Sequence[Place], *, max_points: int
) -> Mapping[Place, Outline]:
    """Return what is new behind some places."""
    found = {}
    for place in places:
        series_id = series_if_any(connection, place.run_id, place.key)
        if series_id is not None:
            window = Window("position", place.position)
            new = outline_of_series(connection, series_id, window, max_points=max_points)
            if new.count:
                found[place] = new
    return found


def _metrics(
    connection: Connection, run_id: str, keys: AbstractSet[str] | None, most: int
) -> list[Metric]:
    if keys is None:
        found = fetch(connection, _first_series, {"run_id": run_id, "most": most})
    else:
        found = fetch_among(connection, _series, list(keys), {"run_id": run_id})
    return sorted((rows.metric(row) for row in found), key=lambda metric: metric.key)


def _headline(connection: Connection, run_id: str, preferred: Sequence[str]) -> Headline | None:
    for key in preferred:
        found = first(connection, _latest_of_key, {"run_id": run_id, "key": key})
        if found is not None:
            return _as_headline(found)
    found = first(connection, _latest, {"run_id": run_id})
    return None if found is None else _as_headline(found)


def _as_headline(row: Fetched) -> Headline:
    return Headline(row[0], rows.real(row[1]), row[2])


_OF_RUN = series.c.run_id == bindparam("run_id")


def _runs(ids: Bounds) -> Executable:
    return rows.select_runs().where(runs.c.id.in_(ids))


def _tags(ids: Bounds) -> Executable:
    found = select(tags.c.run_id, tags.c.key, tags.c.value).where(tags.c.run_id.in_(ids))
    return found.order_by(tags.c.run_id, tags.c.key)


def _series(keys: Bounds) -> Executable:
    return select(*rows.METRIC_COLUMNS).where(_OF_RUN, series.c.key.in_(keys))


def _first_series(_: Dialect) -> Executable:
    found = select(*rows.METRIC_COLUMNS).where(_OF_RUN).order_by(series.c.key)
    return found.limit(bindparam("most", type_=Integer))


def _latest_of_key(_: Dialect) -> Executable:
    return select(*rows.LATEST_COLUMNS).where(_OF_RUN, series.c.key == bindparam("key"))


def _latest(_: Dialect) -> Executable:
    found = select(*rows.LATEST_COLUMNS).where(_OF_RUN)
    return found.order_by(series.c.logged.desc()).limit(1)
