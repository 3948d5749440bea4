"""The keys of metrics, params and tags, each found by going on from the one before in an index."""

from collections.abc import Callable, Mapping, Sequence

from chachaml_kernel.domain.language.fields import KeyKind
from sqlalchemy import Connection, Dialect, Executable, Table, bindparam, func, select

from chachaml_store_sql.compiled import fetch
from chachaml_store_sql.schema import params, series, tags


def list_keys(connection: Connection, kind: KeyKind, *, prefix: str, limit: int) -> Sequence[str]:
    """Return the first keys of a kind that begin with a prefix, sorted."""
    values = {"prefix": prefix, "length": len(prefix), "limit": limit}
    return [key for (key,) in fetch(connection, KEYS[kind], values)]


def _keys(table: Table) -> Executable:
    """Return the statement; the database stops where the limit is reached."""
    first = select(func.min(table.c.key).label("key")).where(table.c.key >= bindparam("prefix"))
    found = first.cte("found", recursive=True)
    following = select(func.min(table.c.key)).where(table.c.key > found.c.key).scalar_subquery()
    begins = func.substr(found.c.key, 1, bindparam("length")) == bindparam("prefix")
    found = found.union_all(select(following.correlate(found)).where(begins))
    shown = func.substr(found.c.key, 1, bindparam("length")) == bindparam("prefix")
    return select(found.c.key).where(shown).limit(bindparam("limit"))


def _metric_keys(_: Dialect) -> Executable:
    return _keys(series)


def _param_keys(_: Dialect) -> Executable:
    return _keys(params)


def _tag_keys(_: Dialect) -> Executable:
    return _keys(tags)


KEYS: Mapping[KeyKind, Callable[[Dialect], Executable]] = {
    "metric": _metric_keys,
    "param": _param_keys,
    "tag": _tag_keys,
}
