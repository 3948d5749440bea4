"""The contract suite of folders that files are written into."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import pytest

from chachaml_kernel.ports import Folder, Stored

ReadFile: TypeAlias = Callable[[str], Awaitable[bytes]]
"""Returns what a file of the folder holds, past the folder."""

NAMES = (
    "_SUCCESS",
    "runs/part-00000.parquet",
    "points/experiment=a b/part-00000.csv",
    "points/experiment=a%2Fb%3D%25 Ünïcödé 漢字/part-00001.csv",
    f"points/experiment={'x' * 244}/part-00002.csv",
)


@pytest.mark.asyncio
class FolderSuite:
    """What every folder promises.

    Subclass it as `Test…` and give it two fixtures: `folder`, which is empty, and `read_file`.
    """

    async def test_an_empty_folder_has_no_names(self, folder: Folder) -> None:
        assert list(await folder.names()) == []

    async def test_files_are_there_under_their_names(
        self, folder: Folder, read_file: ReadFile
    ) -> None:
        for name in NAMES:
            await folder.write(name, _chunks(name.encode()))
        assert sorted(await folder.names()) == sorted(NAMES)
        for name in NAMES:
            assert await read_file(name) == name.encode()

    @pytest.mark.parametrize("length", [0, 1, 2**20, 12 * 2**20 + 1])
    async def test_what_was_stored_is_told_and_is_there(
        self, folder: Folder, read_file: ReadFile, length: int
    ) -> None:
        content = bytes(range(256)) * (length // 256) + b"!" * (length % 256)
        pieces = (content[begin : begin + 300_007] for begin in range(0, length, 300_007))
        stored = await folder.write("runs/long", _chunks(*pieces))
        assert stored == Stored(length, hashlib.sha256(content).hexdigest())
        assert await read_file("runs/long") == content

    async def test_a_file_takes_the_place_of_the_one_before(
        self, folder: Folder, read_file: ReadFile
    ) -> None:
        for content in (b"longer than what follows", b"new"):
            await folder.write("a/b", _chunks(content))
        assert await read_file("a/b") == b"new"
        assert list(await folder.names()) == ["a/b"]

    @pytest.mark.parametrize("before", [0, 12 * 2**20])
    async def test_an_error_of_the_chunks_is_passed_on_and_leaves_what_was_there(
        self, folder: Folder, read_file: ReadFile, before: int
    ) -> None:
        await folder.write("a/kept", _chunks(b"kept"))
        error = LookupError("the store went away")

        async def broken() -> AsyncIterator[bytes]:
            yield b"x" * before
            raise error

        for name in ("a/kept", "a/new"):
            with pytest.raises(LookupError) as passed_on:
                await folder.write(name, broken())
            assert passed_on.value is error
        assert list(await folder.names()) == ["a/kept"]
        assert await read_file("a/kept") == b"kept"

    async def test_a_file_is_not_there_before_it_is_whole_nor_after_a_cancellation(
        self, folder: Folder
    ) -> None:
        begun = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            yield b"x" * (12 * 2**20)
            begun.set()
            await asyncio.Event().wait()

        writing = asyncio.create_task(folder.write("a/b", endless()))
        await begun.wait()
        assert "a/b" not in await folder.names()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert list(await folder.names()) == []

    async def test_files_are_written_side_by_side(
        self, folder: Folder, read_file: ReadFile
    ) -> None:
        names = [f"t{number}/f" for number in range(12)]
        all_begun = asyncio.Barrier(len(names))

        async def content(name: str) -> AsyncIterator[bytes]:
            yield bytes(2 * 2**20)
            await all_begun.wait()
            yield name.encode()

        await asyncio.gather(*(folder.write(name, content(name)) for name in names))
        for name in names:
            assert await read_file(name) == bytes(2 * 2**20) + name.encode()

    async def test_deleted_files_are_gone_and_those_that_never_were_are_no_error(
        self, folder: Folder
    ) -> None:
        for name in NAMES:
            await folder.write(name, _chunks(b"x"))
        await folder.delete([])
        await folder.delete([*NAMES[1:], "never/was"])
        assert list(await folder.names()) == [NAMES[0]]


async def _chunks(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        await asyncio.sleep(0)
        yield piece
