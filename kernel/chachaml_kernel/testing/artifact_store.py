"""The contract suite of artifact stores."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from typing import ClassVar

import pytest

from chachaml_kernel.errors import ChachamlError, NotFound
from chachaml_kernel.ports import ArtifactStore, Stored
from chachaml_kernel.testing.artifact_bytes import MUCH, SOME, each, read
from chachaml_kernel.testing.artifact_store_found import FoundSuite

BEYOND = len(MUCH) + 5


@pytest.mark.asyncio
class ArtifactStoreSuite(FoundSuite):
    """What every artifact store promises.

    Subclass it as `Test…` and give it an async fixture `artifact_store` that yields an open, empty
    store; in pytest-asyncio's strict mode that is a `pytest_asyncio.fixture`. The loop of tests and
    fixture is the function's own.
    """

    reads_outlive_deletion: ClassVar[bool] = True
    """False for a store where a reader may fail with an error of the kernel's once its key is
    deleted."""

    @pytest.mark.parametrize(
        "chunks",
        [[], [b""], [b"x"], [b"", b"ab", b"", b"c", b""], [SOME] * 1_000, [MUCH], [MUCH, MUCH[:9]]],
        ids=["nothing", "no bytes", "a byte", "empty chunks", "small", "large", "large and small"],
    )
    async def test_bytes_come_back_as_they_went(
        self, artifact_store: ArtifactStore, chunks: list[bytes]
    ) -> None:
        stored = await artifact_store.write("run/artifact", each(chunks))
        content = b"".join(chunks)
        assert stored == Stored(len(content), hashlib.sha256(content).hexdigest())
        assert await read(artifact_store, "run/artifact") == content

    @pytest.mark.parametrize("size", [997, 65_537, 2**20 - 1, 2**20, 2**20 + 1])
    async def test_the_size_of_chunks_does_not_matter(
        self, artifact_store: ArtifactStore, size: int
    ) -> None:
        chunks = (MUCH[start : start + size] for start in range(0, len(MUCH), size))
        stored = await artifact_store.write("run/artifact", each(chunks))
        assert stored == Stored(len(MUCH), hashlib.sha256(MUCH).hexdigest())
        assert await read(artifact_store, "run/artifact") == MUCH

    async def test_a_key_may_hold_letters_digits_hyphens_and_underscores(
        self, artifact_store: ArtifactStore
    ) -> None:
        await artifact_store.write("Run-1_a/Artifact-2_b", each([SOME]))
        assert await read(artifact_store, "Run-1_a/Artifact-2_b") == SOME

    @pytest.mark.parametrize("length", [None, 0, 1, 7, 2**20, 2**20 + 1, BEYOND])
    @pytest.mark.parametrize("offset", [0, 1, 2**20 - 3, 2**21, len(MUCH) - 1, len(MUCH), BEYOND])
    async def test_a_range_is_cut_from_the_bytes(
        self, artifact_store: ArtifactStore, offset: int, length: int | None
    ) -> None:
        await artifact_store.write("run/artifact", each([MUCH]))
        end = None if length is None else offset + length
        found = await read(artifact_store, "run/artifact", offset=offset, length=length)
        assert found == MUCH[offset:end]

    async def test_a_missing_key_is_not_found_on_entering(
        self, artifact_store: ArtifactStore
    ) -> None:
        await artifact_store.write("run/artifact", each([SOME]))
        for key in ("run/other", "other/artifact"):
            with pytest.raises(NotFound) as refusal:
                await artifact_store.open(key).__aenter__()
            assert refusal.value.error == "no such artifact bytes"

    @pytest.mark.parametrize("error", [LookupError("x"), ConnectionResetError("x")])
    @pytest.mark.parametrize("before", [b"", b"little", MUCH])
    async def test_chunks_that_fail_leave_nothing(
        self, artifact_store: ArtifactStore, before: bytes, error: Exception
    ) -> None:
        async def broken() -> AsyncIterator[bytes]:
            yield before
            raise error

        with pytest.raises(type(error)) as passed_on:
            await artifact_store.write("run/artifact", broken())
        assert passed_on.value is error
        assert await _is_missing(artifact_store, "run/artifact")

    @pytest.mark.parametrize("before", [b"", b"little", MUCH])
    async def test_a_write_that_is_cancelled_while_it_waits_leaves_nothing(
        self, artifact_store: ArtifactStore, before: bytes
    ) -> None:
        waiting = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            yield before
            waiting.set()
            await asyncio.Event().wait()

        writing = asyncio.create_task(artifact_store.write("run/artifact", endless()))
        await waiting.wait()
        await _cancel(writing)
        assert await _is_missing(artifact_store, "run/artifact")

    @pytest.mark.parametrize("before", [b"little", MUCH])
    async def test_a_write_that_is_cancelled_at_its_very_end_leaves_nothing(
        self, artifact_store: ArtifactStore, before: bytes
    ) -> None:
        async def cancelling() -> AsyncIterator[bytes]:
            yield before
            writing.cancel()

        writing = asyncio.create_task(artifact_store.write("run/artifact", cancelling()))
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert await _is_missing(artifact_store, "run/artifact")

    async def test_a_key_whose_write_failed_can_be_written(
        self, artifact_store: ArtifactStore
    ) -> None:
        async def broken() -> AsyncIterator[bytes]:
            yield MUCH
            raise LookupError

        with pytest.raises(LookupError):
            await artifact_store.write("run/artifact", broken())
        await artifact_store.write("run/artifact", each([SOME]))
        assert await read(artifact_store, "run/artifact") == SOME

    async def test_nothing_is_under_a_key_before_all_of_it_is(
        self, artifact_store: ArtifactStore
    ) -> None:
        seen: list[bool] = []

        async def watched() -> AsyncIterator[bytes]:
            for _ in range(2):
                yield MUCH
                seen.append(await _is_missing(artifact_store, "run/artifact"))

        await artifact_store.write("run/artifact", watched())
        assert seen == [True, True]

    async def test_keys_are_written_side_by_side(self, artifact_store: ArtifactStore) -> None:
        contents = {
            f"run{n % 3}/artifact{n}": random.Random(n).randbytes(n * 10_007) for n in range(24)
        }
        stored = await asyncio.gather(
            *(
                artifact_store.write(key, each([content[:5], content[5:]]))
                for key, content in contents.items()
            )
        )
        found = await asyncio.gather(*(read(artifact_store, key) for key in contents))
        assert found == list(contents.values())
        assert [one.size for one in stored] == [len(content) for content in contents.values()]

    async def test_a_name_in_one_folder_is_not_the_same_name_in_another(
        self, artifact_store: ArtifactStore
    ) -> None:
        await artifact_store.write("a/artifact", each([b"of a"]))
        await artifact_store.write("b/artifact", each([b"of b"]))
        await artifact_store.delete(["a/artifact"])
        assert await _is_missing(artifact_store, "a/artifact")
        assert await read(artifact_store, "b/artifact") == b"of b"

    async def test_deleting_frees_the_keys_that_are_named_and_no_others(
        self, artifact_store: ArtifactStore
    ) -> None:
        keys = [f"run{n % 5}/artifact{n}" for n in range(40)]
        for key in keys:
            await artifact_store.write(key, each([key.encode()]))
        await artifact_store.delete(keys[1:])
        assert [await _is_missing(artifact_store, key) for key in keys] == [False] + [True] * 39

    async def test_deleting_what_is_not_there_is_no_error(
        self, artifact_store: ArtifactStore
    ) -> None:
        await artifact_store.write("run/artifact", each([SOME]))
        await artifact_store.delete([])
        await artifact_store.delete(["run/other", "other/artifact", "run/artifact"])
        await artifact_store.delete(["run/artifact"])
        assert await _is_missing(artifact_store, "run/artifact")

    async def test_writes_and_deletes_in_one_folder_do_not_disturb_each_other(
        self, artifact_store: ArtifactStore
    ) -> None:
        async def write_and_delete(name: str) -> None:
            for n in range(20):
                key, content = f"run/{name}{n}", f"{name}{n}".encode()
                await artifact_store.write(key, each([content]))
                assert await read(artifact_store, key) == content
                await artifact_store.delete([key])

        await asyncio.gather(*(write_and_delete(name) for name in "abcd"))

    async def test_a_reader_reads_on_or_fails_when_its_key_is_deleted(
        self, artifact_store: ArtifactStore
    ) -> None:
        await artifact_store.write("run/artifact", each([MUCH]))
        async with artifact_store.open("run/artifact") as chunks:
            found = await anext(chunks)
            await artifact_store.delete(["run/artifact"])
            try:
                found += b"".join([chunk async for chunk in chunks])
            except ChachamlError:
                assert not self.reads_outlive_deletion
            else:
                assert found == MUCH
        assert await _is_missing(artifact_store, "run/artifact")

    async def test_bytes_come_in_pieces(self, artifact_store: ArtifactStore) -> None:
        await artifact_store.write("run/artifact", each([MUCH, MUCH, MUCH]))
        async with artifact_store.open("run/artifact") as chunks:
            sizes = [len(chunk) async for chunk in chunks]
        assert sum(sizes) == 3 * len(MUCH)
        assert 0 < min(sizes) <= max(sizes) < len(MUCH)

    async def test_a_read_may_be_left_before_its_end(self, artifact_store: ArtifactStore) -> None:
        await artifact_store.write("run/artifact", each([MUCH]))
        for _ in range(3):
            async with artifact_store.open("run/artifact") as chunks:
                await anext(chunks)
        assert await read(artifact_store, "run/artifact") == MUCH

    async def test_readers_of_one_key_do_not_disturb_each_other(
        self, artifact_store: ArtifactStore
    ) -> None:
        await artifact_store.write("run/artifact", each([MUCH]))
        async with (
            artifact_store.open("run/artifact") as one,
            artifact_store.open("run/artifact", offset=5) as other,
        ):
            first, second = await anext(one), await anext(other)
            first += b"".join([chunk async for chunk in one])
            second += b"".join([chunk async for chunk in other])
        assert (first, second) == (MUCH, MUCH[5:])

    async def test_a_store_that_is_well_answers_a_ping(self, artifact_store: ArtifactStore) -> None:
        await artifact_store.ping()


async def _is_missing(store: ArtifactStore, key: str) -> bool:
    try:
        await read(store, key, length=0)
    except NotFound:
        return True
    return False


async def _cancel(task: asyncio.Task[Stored]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
