"""Every store that comes with the kernel keeps the port's promises."""

import inspect
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chachaml_kernel.memory import MemoryStore
from chachaml_kernel.ports import Store
from chachaml_kernel.testing import StoreSuite
from chachaml_kernel.testing.store_once import WRITES
from chachaml_store_sqlite import StoreSqlite


class TestMemoryStore(StoreSuite):
    @pytest.fixture
    async def store(self) -> Store:
        return MemoryStore()


class TestStoreSqlite(StoreSuite):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        async with StoreSqlite(path=tmp_path / "chachaml.db").chachaml_store() as store:
            yield store


def test_the_suite_retries_every_write_of_the_port() -> None:
    methods = inspect.getmembers(Store, inspect.isfunction)
    writes = {name for name, method in methods if "once" in inspect.signature(method).parameters}
    assert writes == set(WRITES)
