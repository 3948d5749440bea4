"""What tests of the SQL that stores share run on: each database in turn."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chachaml_kernel.ports import Store
from chachaml_store_postgres import StorePostgres
from chachaml_store_sql import SqlStore
from chachaml_store_sqlite import StoreSqlite

from tests.servers import postgres


@pytest.fixture(params=["sqlite", "postgres"])
def sql_plugin(request: pytest.FixtureRequest, tmp_path: Path) -> StoreSqlite | StorePostgres:
    """Return each plugin with a SQL store."""
    if request.param == "postgres":
        return StorePostgres(dsn=request.getfixturevalue("postgres_shared"))
    return StoreSqlite(path=tmp_path / "chachaml.db")


@pytest.fixture
async def sql_store(sql_plugin: StoreSqlite | StorePostgres) -> AsyncIterator[SqlStore]:
    """Return an empty store on each database."""
    async with sql_plugin.chachaml_store() as store:
        assert isinstance(store, SqlStore)
        yield store
        if isinstance(sql_plugin, StorePostgres):
            await postgres.clear(store)


@pytest.fixture
async def sqlite_store(tmp_path: Path) -> AsyncIterator[Store]:
    """Return an empty store on SQLite, for tests that name their store."""
    async with StoreSqlite(path=tmp_path / "chachaml.db").chachaml_store() as store:
        yield store
