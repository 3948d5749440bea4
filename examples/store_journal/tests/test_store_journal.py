import asyncio
import math
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.errors import ConfigError, NotFound, Upstream
from chachaml_kernel.memory import MemoryStore
from chachaml_kernel.ports import Store
from chachaml_kernel.testing import StoreSuite
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import bits, history_of, refused, run_ids
from chachaml_kernel.testing.store_keeping import everything, fill, move
from chachaml_store_journal import StoreJournal


class TestStoreJournal(StoreSuite):
    @pytest_asyncio.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        async with StoreJournal(path=tmp_path / "journal").chachaml_store() as store:
            yield store


@pytest.mark.asyncio
async def test_what_was_acknowledged_is_there_after_a_crash(tmp_path: Path) -> None:
    plugin = StoreJournal(path=tmp_path / "journal")
    values = [0.1, -0.0, math.nan, math.inf, 5e-324]
    async with plugin.chachaml_store() as store:
        await store.start_run(new_run("r", tags={"team": "größe"}))
        await refused(store.append_points("missing", {"loss": points(1.0)}), NotFound)
        await store.append_points("r", {"loss": points(*values, steps=[0, 1, 2, None, 2**63 - 1])})
        before = await store.get_run("r")
    entries = plugin.path.read_bytes()
    assert entries.count(b"\n") == 2
    plugin.path.write_bytes(entries + b'["set_note",{"run_id":"r","no')
    for _ in range(2):
        async with plugin.chachaml_store() as store:
            assert repr(await store.get_run("r")) == repr(before)
            history = await history_of(store, "r", "loss")
            assert bits(history.values) == bits(values)
    assert plugin.path.read_bytes() == entries


@pytest.mark.asyncio
async def test_what_was_loaded_is_there_after_a_crash(tmp_path: Path) -> None:
    source = MemoryStore()
    await fill(source)
    plugin = StoreJournal(path=tmp_path / "journal")
    async with plugin.chachaml_store() as store:
        await move(source, store)
    async with plugin.chachaml_store() as store:
        assert await everything(store) == await everything(source)


@pytest.mark.asyncio
async def test_a_refused_write_that_a_crash_left_is_refused_again(tmp_path: Path) -> None:
    plugin = StoreJournal(path=tmp_path / "journal")
    plugin.path.write_bytes(b'["delete_tag",{"run_id":"missing","key":"x"}]\n')
    async with plugin.chachaml_store() as store:
        await store.start_run(new_run("r"))
    async with plugin.chachaml_store() as store:
        assert await run_ids(store, RunQuery()) == ["r"]


@pytest.mark.asyncio
async def test_a_damaged_journal_is_not_opened(tmp_path: Path) -> None:
    plugin = StoreJournal(path=tmp_path / "journal")
    async with plugin.chachaml_store() as store:
        await store.start_run(new_run("a"))
        await store.start_run(new_run("b"))
    damaged = plugin.path.read_bytes().replace(b"start_run", b'start"run', 1)
    plugin.path.write_bytes(damaged)
    with pytest.raises(ConfigError, match="damaged in line 1"):
        async with plugin.chachaml_store():
            pass
    assert plugin.path.read_bytes() == damaged


@pytest.mark.asyncio
async def test_a_journal_is_open_once_at_a_time(tmp_path: Path) -> None:
    plugin = StoreJournal(path=tmp_path / "journal")
    async with plugin.chachaml_store():
        with pytest.raises(ConfigError, match="in use"):
            async with plugin.chachaml_store():
                pass


@pytest.mark.asyncio
async def test_a_full_disk_refuses_a_write_and_leaves_none_of_it(tmp_path: Path) -> None:
    plugin = StoreJournal(path=tmp_path / "journal")
    async with plugin.chachaml_store() as store:
        await store.start_run(new_run("r"))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (plugin.path.stat().st_size + 20, hard))
        try:
            await refused(store.set_tag("r", "other", "too long to fit"), Upstream)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await store.set_tag("r", "k", "v")
        before = await store.get_run("r")
        assert before.tags == {"k": "v"}
    async with plugin.chachaml_store() as store:
        assert await store.get_run("r") == before


@pytest.mark.asyncio
async def test_a_write_that_its_caller_left_does_not_part_disk_and_memory(tmp_path: Path) -> None:
    plugin = StoreJournal(path=tmp_path / "journal")
    async with plugin.chachaml_store() as store:
        await store.start_run(new_run("r"))
        left = asyncio.create_task(store.set_tag("r", "left", "x"))
        await asyncio.sleep(0)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        await store.set_tag("r", "kept", "x")
        before = await store.get_run("r")
    async with plugin.chachaml_store() as store:
        assert await store.get_run("r") == before
