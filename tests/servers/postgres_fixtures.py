"""PostgreSQL servers for the session, and databases and stores on them."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import TypeAlias

import pytest
from chachaml_store_sql import SqlStore

from tests.servers import postgres
from tests.servers.sources import postgres_of

Versions: TypeAlias = Callable[[int], str]
"""Returns the DSN that belongs to a version of PostgreSQL."""


@pytest.fixture(scope="session")
def postgres_servers() -> Iterator[Versions]:
    """Return what names a server of a version, which is started when it is first asked for."""
    with ExitStack() as stack:
        yield cache(lambda version: stack.enter_context(postgres_of(version)))


@pytest.fixture(scope="session")
def postgres_shared_of(postgres_servers: Versions) -> Iterator[Versions]:
    """Return what names a database that tests use one after the other, and leave empty."""
    with ExitStack() as stack:
        yield cache(
            lambda version: stack.enter_context(postgres.standing(postgres_servers(version)))
        )


@pytest.fixture(scope="session")
def postgres_server(postgres_servers: Versions) -> str:
    """Return the DSN of a PostgreSQL server where databases can be made."""
    return postgres_servers(postgres.NEWEST)


@pytest.fixture(scope="session")
def postgres_shared(postgres_shared_of: Versions) -> str:
    """Return the DSN of a database that tests use one after the other, and leave empty."""
    return postgres_shared_of(postgres.NEWEST)


@pytest.fixture
async def postgres_dsn(postgres_server: str) -> AsyncIterator[str]:
    """Return the DSN of a new, empty database."""
    async with postgres.database(postgres_server) as dsn:
        yield dsn


@pytest.fixture
async def postgres_store(postgres_shared: str) -> AsyncIterator[SqlStore]:
    """Return an empty store on PostgreSQL."""
    async with postgres.emptied(postgres_shared) as store:
        yield store
