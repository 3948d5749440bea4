"""The PostgreSQL store keeps the port's promises, on a real server."""

import pytest
from chachaml_kernel.ports import Store
from chachaml_kernel.testing import StoreSuite


class TestStorePostgres(StoreSuite):
    @pytest.fixture
    async def store(self, postgres_store: Store) -> Store:
        return postgres_store
