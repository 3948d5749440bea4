"""Every statement of the stores is written for each database, and compiled once."""

import inspect
import math
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any, get_args

import chachaml_store_sql
import pytest
from chachaml_kernel.domain.query import SortBy
from chachaml_store_sql.batches import batch_of
from chachaml_store_sql.compiled import Build, Statement, compiled, statement
from chachaml_store_sql.lists.conditions import CONDITIONS, OWN
from chachaml_store_sql.lists.filters import Shape
from chachaml_store_sql.lists.keyset import Key, fits
from chachaml_store_sql.lists.pages import page_statement
from chachaml_store_sql.lists.runs import run_tiers
from chachaml_store_sql.schema import runs, series
from sqlalchemy import Dialect, Executable, Select, bindparam, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

DIALECTS = [PGDialect_psycopg, PGDialect_asyncpg, SQLiteDialect_pysqlite]


every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


def builders() -> Iterator[Build]:
    """Yield all functions of the package that build a statement for a dialect."""
    for module in pkgutil.walk_packages(chachaml_store_sql.__path__, "chachaml_store_sql."):
        if ".migrations" in module.name:
            continue
        for _, function in inspect.getmembers(import_module(module.name), inspect.isfunction):
            signature = inspect.signature(function)
            takes = [parameter.annotation for parameter in signature.parameters.values()]
            if takes == [Dialect] and signature.return_annotation in (Executable, Select[Any]):
                yield function


def is_complete(hot: Statement) -> bool:
    """Tell whether a driver can run a statement as it is, without SQLAlchemy's last touches."""
    return "POSTCOMPILE" not in hot.sql and (hot.names is None or set(hot.fixed) <= set(hot.names))


@every_dialect
def test_every_statement_that_is_compiled_once_is_written_for_each_database(
    dialect: type[Dialect],
) -> None:
    own = dialect()
    written = {
        f"{build.__module__.rpartition('.')[2]}.{build.__name__}": statement(build, own)
        for build in builders()
    }
    assert len(written) > 15
    assert all(map(is_complete, written.values()))
    for name in ("experiments._note_named", "annotations._set_tag", "once._take"):
        assert "ON CONFLICT" in written[name].sql
    assert ("FOR UPDATE" in written["runs._lock_status"].sql) == (dialect.name == "postgresql")


@every_dialect
def test_the_statements_of_appends_are_written_for_each_database(dialect: type[Dialect]) -> None:
    assert "ON CONFLICT" in batch_of(dialect(), "extend", 2).statement.sql
    statuses = batch_of(dialect(), "statuses", 2).statement.sql
    assert "DO NOTHING RETURNING" in batch_of(dialect(), "add_params", 2).statement.sql
    assert ("FOR SHARE" in statuses) == (dialect.name == "postgresql")


def shape_of(kind: str) -> Shape:
    """Return a shape with this kind of condition, with as many values as it takes."""
    if kind in ("and", "or", "not"):
        return kind, 0, (("nothing", 0, ()),)
    if kind in ("found", "among"):
        return kind, 0, (shape_of("rows tag in"), shape_of("rows metric <"))
    there = {f"{name} there" for name in (*OWN, "headline")}
    if kind in {"nothing", "under another", *there}:
        return kind, 0, ()
    before = 1 if re.match(r"(rows )?(metric|param|tag)", kind) else 0
    parts: tuple[Shape, ...] = (("keys", 2, ()),) if kind.startswith("headline") else ()
    if kind.endswith((" there", " is nan", " is number")):
        return kind, before, parts
    several = 4 if kind.endswith(" in") else 2 if kind == "param text or number" else 1
    return kind, before + several, parts


@every_dialect
def test_every_list_of_runs_is_written_for_each_database(dialect: type[Dialect]) -> None:
    own = dialect()
    filters = tuple(shape_of(kind) for kind in CONDITIONS if not kind.startswith(("rows", "keys")))
    for by, descending, further in product(get_args(SortBy), (False, True), (False, True)):
        joined = by == "metric"
        some = tuple(each for each in filters if joined or not each[0].startswith("joined"))
        for few in (False, True):
            listed = run_tiers(
                some, by, descending=descending, preferred=2, few=few, numbers_only=joined
            )
            for tier in listed:
                assert is_complete(page_statement(tier, own, further=further))


@every_dialect
def test_values_are_given_as_each_driver_takes_them(dialect: type[Dialect]) -> None:
    own = dialect()
    hot = compiled(select(bindparam("a") + 1, bindparam("b"), bindparam("a")), own)
    given = hot.arguments({"a": 5, "b": "x"})
    if hot.names is None:
        assert {"a": 5, "b": "x"}.items() <= given.items()
        assert 1 in given.values()
    else:
        assert set(given) == {5, 1, "x"}
        assert given.index("x") == hot.names.index("b")


@pytest.mark.parametrize(
    ("key", "taken", "refused"),
    [
        (Key(runs.c.started_at), [0, -(2**63)], [1.5, 1e300, 2**63, True, "1", None]),
        (Key(runs.c.ended_at - runs.c.started_at), [5], [5.5, math.inf]),
        (Key(series.c.last_value), [0, 0.5, math.inf], [math.nan, 2**63, True, "1", None]),
        (Key(runs.c.name), ["", "x"], ["\0", 1, None]),
    ],
    ids=["whole number", "expression", "number", "text"],
)
def test_a_position_has_only_what_every_database_can_compare(
    key: Key, taken: list[str | float], refused: list[str | float | None]
) -> None:
    assert all(fits([key], (value,)) for value in taken)
    assert not any(fits([key], (value,)) for value in refused)
