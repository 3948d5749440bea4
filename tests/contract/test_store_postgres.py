"""The PostgreSQL store keeps the port's promises, on a real server of each version."""

from collections.abc import AsyncIterator

import pytest
from chachaml_kernel.ports import Store
from chachaml_kernel.testing import StoreSuite

from tests.servers.pairs import POSTGRES_VERSIONS
from tests.servers.postgres import emptied
from tests.servers.postgres_fixtures import Versions


class TestStorePostgres(StoreSuite):
    @pytest.fixture(params=POSTGRES_VERSIONS)
    async def store(
        self, request: pytest.FixtureRequest, postgres_shared_of: Versions
    ) -> AsyncIterator[Store]:
        async with emptied(postgres_shared_of(request.param)) as store:
            yield store
