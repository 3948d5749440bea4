"""A PostgreSQL server for the session, and databases and stores on it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from chachaml_store_postgres import StorePostgres
from chachaml_store_sql import SqlStore

from tests.servers import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Return the DSN of a PostgreSQL server where databases can be made."""
    with postgres.address() as dsn:
        yield dsn


@pytest.fixture(scope="session")
def postgres_shared(postgres_server: str) -> Iterator[str]:
    """Return the DSN of a database that tests use one after the other, and leave empty."""
    with asyncio.Runner() as runner:
        database = postgres.database(postgres_server)
        yield runner.run(database.__aenter__())
        runner.run(database.__aexit__(None, None, None))


@pytest.fixture
async def postgres_dsn(postgres_server: str) -> AsyncIterator[str]:
    """Return the DSN of a new, empty database."""
    async with postgres.database(postgres_server) as dsn:
        yield dsn


@pytest.fixture
async def postgres_store(postgres_shared: str) -> AsyncIterator[SqlStore]:
    """Return an empty store on PostgreSQL."""
    async with StorePostgres(dsn=postgres_shared).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        yield store
        await postgres.clear(store)
