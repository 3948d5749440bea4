"""Artifacts in a folder: races, faults, cancellation, open files and memory."""

import asyncio
import hashlib
import os
import threading
import tracemalloc
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from chachaml_artifacts_fs import FolderStore
from chachaml_artifacts_fs.folder import prepare
from chachaml_kernel.errors import ConfigError, Invalid, Upstream
from chachaml_kernel.ports import Stored
from chachaml_kernel.threads import finish_in

from tests.integration.artifact_folder import each, files, names, opened, read

MEBIBYTE = bytes(2**20)
PATIENCE = 120
"""Seconds after which what never comes fails a test."""

T = TypeVar("T")


async def test_servers_that_open_again_and_again_take_no_file_in_the_making(
    tmp_path: Path,
) -> None:
    """The moment between making a file and locking it is met by numbers."""

    async def open_again_and_again() -> None:
        while not written.is_set():
            async with opened(tmp_path):
                pass

    written = asyncio.Event()
    async with opened(tmp_path) as store, asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(open_again_and_again())
        keys = [f"run/{n}" for n in range(300)]
        for first in range(0, len(keys), 10):
            await asyncio.gather(
                *(store.write(key, each(b"x")) for key in keys[first : first + 10])
            )
        written.set()
    assert len(files(tmp_path)) == 300


async def test_a_folder_that_vanishes_under_the_server_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "artifacts"
    async with opened(folder) as store:
        (folder / ".incoming").rmdir()
        folder.rmdir()
        with pytest.raises(Upstream, match="No such file or directory"):
            await store.ping()
        with pytest.raises(Upstream, match="No such file or directory"):
            await store.write("run/artifact", each(b"x"))


async def test_a_folder_of_incoming_files_that_vanishes_during_a_write_is_told(
    tmp_path: Path,
) -> None:
    async def destructive() -> AsyncIterator[bytes]:
        yield MEBIBYTE
        [broken] = files(tmp_path)
        broken.unlink()

    async with opened(tmp_path) as store:
        with pytest.raises(Upstream, match="No such file or directory"):
            await store.write("run/artifact", destructive())
        assert not (tmp_path / "run").exists()


async def test_a_folder_where_no_file_can_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/artifacts")):
        with pytest.raises(ConfigError) as refusal:
            await opened(folder).__aenter__()
        assert str(folder) in refusal.value.detail
        assert "[plugins.artifacts_fs]" in refusal.value.detail
        assert "\n" not in refusal.value.detail


async def test_a_folder_and_its_parents_are_made(tmp_path: Path) -> None:
    async with opened(tmp_path / "a" / "b") as store:
        await store.write("run/artifact", each(b"x"))
    assert (tmp_path / "a" / "b" / "run" / "artifact").read_bytes() == b"x"


async def test_a_store_that_opens_finds_what_was_stored_before(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write("run/artifact", each(b"x"))
    async with opened(tmp_path) as store:
        assert await read(store, "run/artifact") == b"x"


@pytest.mark.parametrize(
    "key",
    ["", "artifact", "/artifact", "run/", "../artifact", "run/..", ".incoming/x", "a/b/c", "a/b\n"],
)
async def test_a_key_that_is_no_key_is_refused(tmp_path: Path, key: str) -> None:
    async with opened(tmp_path) as store:
        with pytest.raises(Invalid):
            await store.write(key, each(b"x"))
        with pytest.raises(Invalid):
            await read(store, key)
        with pytest.raises(Invalid):
            await store.delete([key])
    assert files(tmp_path) == []


async def test_a_folder_of_a_run_goes_with_its_last_artifact(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for key in ("run/a", "run/b"):
            await store.write(key, each(b"x"))
        await store.delete(["run/a"])
        assert files(tmp_path) == [tmp_path / "run" / "b"]
        await store.delete(["run/b"])
        assert names(tmp_path) == [".incoming"]


async def test_a_folder_of_a_run_that_goes_during_a_write_is_made_again(tmp_path: Path) -> None:
    """The moment between making the folder and filling it is met by numbers."""

    async def delete_again_and_again() -> None:
        while not written.is_set():
            await store.delete(["run/other"] * 5)

    written = asyncio.Event()
    async with opened(tmp_path) as store, asyncio.TaskGroup() as tasks:
        for _ in range(2):
            tasks.create_task(delete_again_and_again())
        for n in range(40):
            await store.write(f"run/{n}", each(b"x"))
            await store.delete([f"run/{n}"])
        written.set()


async def test_a_cancellation_waits_for_what_a_thread_has_begun() -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait()
        ended.set()

    with ThreadPoolExecutor(1) as threads:
        working = asyncio.create_task(finish_in(threads, work))
        await asyncio.to_thread(begun.wait)
        for _ in range(2):
            working.cancel()
            await asyncio.wait([working], timeout=0)
        was_done = working.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert (was_done, ended.is_set()) == (False, True)


@pytest.mark.parametrize("size", [1, 2**20, 3 * 2**20])
async def test_a_write_that_is_cancelled_leaves_no_file(tmp_path: Path, size: int) -> None:
    async def cancelling() -> AsyncIterator[bytes]:
        yield bytes(size)
        writing.cancel()

    async with opened(tmp_path) as store:
        writing = asyncio.create_task(store.write("run/artifact", cancelling()))
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert names(tmp_path) == [".incoming"]
        assert files(tmp_path) == []


async def test_a_write_that_is_cancelled_twice_leaves_no_file(tmp_path: Path) -> None:
    async def cancelling() -> AsyncIterator[bytes]:
        yield MEBIBYTE
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: (writing.cancel(), loop.call_soon(writing.cancel)))
        yield MEBIBYTE

    async with opened(tmp_path) as store:
        writing = asyncio.create_task(store.write("run/artifact", cancelling()))
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert files(tmp_path) == []


async def test_every_file_is_closed_when_its_reader_is_done(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write("run/artifact", each(*[MEBIBYTE] * 3))
        before = open_files()
        async with store.open("run/artifact") as chunks:
            await anext(chunks)
            assert open_files() == before + 1
        assert open_files() == before
        reading = asyncio.create_task(read(store, "run/artifact"))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert open_files() == before


async def test_memory_does_not_grow_with_the_artifact(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        tracemalloc.start()
        try:
            await store.write("run/artifact", each(*[MEBIBYTE[:300_000]] * 300))
            async with store.open("run/artifact") as chunks:
                size = sum([len(chunk) async for chunk in chunks])
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert size == 90_000_000
    assert peak < 8 * 2**20


async def test_chunks_of_few_bytes_take_no_more_memory_than_they_have_to(tmp_path: Path) -> None:
    async def few() -> AsyncIterator[bytes]:
        for number in range(100_000):
            yield b"%07d" % number

    async with opened(tmp_path) as store:
        tracemalloc.start()
        try:
            stored = await store.write("run/artifact", few())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        content = b"".join([chunk async for chunk in few()])
        assert stored == Stored(len(content), hashlib.sha256(content).hexdigest())
        assert await read(store, "run/artifact") == content
    assert peak < 2**20


async def test_bytes_come_in_while_those_before_are_hashed_and_no_more(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield MEBIBYTE
        assert threads.hashed == 0
        threads.may_hash.set()
        yield MEBIBYTE
        assert threads.hashed >= 1
        yield MEBIBYTE
        assert threads.hashed >= 2

    prepare(tmp_path)
    with HeldHashing(3) as threads:
        stored = await FolderStore(tmp_path, threads).write("run/artifact", chunks())
    assert stored == Stored(3 * 2**20, hashlib.sha256(3 * MEBIBYTE).hexdigest())


async def test_a_write_that_is_cancelled_while_it_hashes_leaves_no_file(tmp_path: Path) -> None:
    async def cancelling() -> AsyncIterator[bytes]:
        yield MEBIBYTE
        writing.cancel()
        yield MEBIBYTE

    prepare(tmp_path)
    with HeldHashing(3) as threads:
        write = FolderStore(tmp_path, threads).write("run/artifact", cancelling())
        writing = asyncio.create_task(write)
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert files(tmp_path) == []
        threads.may_hash.set()
    assert files(tmp_path) == []


class HeldHashing(ThreadPoolExecutor):
    """Threads that hash only once they may, and count how often they did."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.may_hash = threading.Event()
        self.hashed = 0

    def submit(self, work: Callable[..., T], /, *arguments: Any, **names: Any) -> Future[T]:
        if work.__name__ != "hash":
            return super().submit(work, *arguments, **names)

        def hold() -> T:
            if not self.may_hash.wait(PATIENCE):
                raise TimeoutError("nobody lets the bytes be hashed")
            result = work(*arguments, **names)
            self.hashed += 1
            return result

        return super().submit(hold)


def open_files() -> int:
    return len(os.listdir("/dev/fd"))
