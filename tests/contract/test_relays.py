"""Relays keep the port's promises: the one in memory, and notifications of a real server."""

from collections.abc import AsyncIterator

import pytest
from chachaml_kernel.memory import MemoryRelay
from chachaml_kernel.ports import Relay
from chachaml_kernel.testing import RelaySuite
from chachaml_store_postgres import StorePostgres


class TestMemoryRelay(RelaySuite):
    @pytest.fixture
    async def relays(self) -> tuple[Relay, Relay]:
        one = MemoryRelay()
        return one, one.another()


class TestPostgresRelay(RelaySuite):
    @pytest.fixture
    async def relays(self, postgres_shared: str) -> AsyncIterator[tuple[Relay, Relay]]:
        plugin = StorePostgres(dsn=postgres_shared)
        async with plugin.chachaml_relay() as one, plugin.chachaml_relay() as other:
            yield one, other
