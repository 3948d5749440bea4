"""The artifact store: each key is a file `<folder>/<key>`."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, aclosing, asynccontextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar, TypeVarTuple

from chachaml_kernel.errors import ConfigError, Invalid, NotFound, Upstream
from chachaml_kernel.ports import ArtifactStore, Found, Stored
from chachaml_kernel.threads import finish, finish_in

from chachaml_artifacts_fs.folder import prepare, remove, sweep, try_writing, walk
from chachaml_artifacts_fs.upload import Upload

THREADS = 8
"""Writes and reads that wait for the disk at one time; more of them queue."""
HOP = 2**20
"""Bytes that go to a thread, or come from it, at one time."""
CHUNKS = 1_000
"""Chunks that go to a thread at one time at most, however small they are."""
FOUND_AT_ONCE = 1_000
KEY = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_-]+")

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


@asynccontextmanager
async def open_folder(folder: Path) -> AsyncIterator[ArtifactStore]:
    """Open the store in `folder`, which is made if it is missing and freed of broken writes.

    Raises `ConfigError` if files cannot be made there.
    """
    with ThreadPoolExecutor(THREADS, thread_name_prefix="artifacts-fs") as threads:
        try:
            await finish_in(threads, prepare, folder)
        except OSError as error:
            raise ConfigError(
                f"artifacts cannot be kept in the folder {folder}: {error}; make it writable for "
                "this user, or set another `folder` in [plugins.artifacts_fs]"
            ) from error
        yield FolderStore(folder, threads)


class FolderStore:
    """Keeps the promises of `ArtifactStore` in a folder that was prepared.

    All that waits for the disk happens on `threads`.
    """

    def __init__(self, folder: Path, threads: Executor) -> None:
        """Keep where the files are and what works on them; touch nothing."""
        self._folder = folder
        self._threads = threads

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Store all of `chunks` under `key`."""
        upload = Upload(self._folder, self._path(key))
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._run, upload.discard)
            rest = await self._write_pieces(upload, chunks)
            stored = await self._run(upload.finish, rest)
            undo.pop_all()
        return stored

    @asynccontextmanager
    async def open(
        self, key: str, *, offset: int = 0, length: int | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open the bytes from `offset` on; they stay readable though the key be deleted."""
        path = self._path(key)
        opened = ExitStack()
        try:
            file = await self._run(_open_at, opened, path, offset)
            async with aclosing(self._pieces(file, length)) as pieces:
                yield pieces
        finally:
            await self._run(opened.close)

    async def delete(self, keys: Sequence[str]) -> None:
        """Free what is under `keys`."""
        await self._run(_remove_all, [self._path(key) for key in keys])

    async def found(self) -> AsyncIterator[Sequence[Found]]:
        """Yield what lies under keys."""
        files = walk(self._folder)
        while some := await self._run(_next, files):
            yield [
                Found(key, known.st_size, int(known.st_mtime * 1_000))
                for key, known in some
                if KEY.fullmatch(key)
            ]

    async def free_unfinished(self, *, before: int, dry_run: bool) -> int:
        """Free what died writers left."""
        work = partial(sweep, self._folder, before=before / 1_000, dry_run=dry_run)
        return await self._run(work)

    async def ping(self) -> None:
        """Raise `Upstream` if a byte could not be written now."""
        await self._run(try_writing, self._folder, b"\0")

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise Invalid(
                f"artifact key {key!r} is not of the form 'folder/name', "
                "both of letters, digits, '-' and '_'"
            )
        return self._folder / key

    async def _pieces(self, file: BinaryIO, length: int | None) -> AsyncGenerator[bytes, None]:
        left = sys.maxsize if length is None else length
        while left > 0:
            asked = min(HOP, left)
            piece = await self._run(file.read, asked)
            if piece:
                yield piece
            if len(piece) < asked:
                return
            left -= asked

    async def _write_pieces(self, upload: Upload, chunks: AsyncIterator[bytes]) -> Sequence[bytes]:
        """Write and hash pieces; return what is left. Hashing goes on while the next comes in."""
        piece: list[bytes] = []
        size = 0
        hashing: asyncio.Future[None] | None = None
        async for chunk in chunks:
            piece.append(chunk)
            size += len(chunk)
            if size >= HOP or len(piece) == CHUNKS:
                await _end(hashing)
                # In this order: what takes longer must not wake up on the processor of the other.
                writing = self._begin(upload.write, piece)
                hashing = self._begin(upload.hash, piece)
                await self._finish(writing)
                piece, size = [], 0
        await _end(hashing)
        return piece

    async def _run(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        return await self._finish(self._begin(work, *arguments))

    def _begin(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    async def _finish(self, begun: asyncio.Future[T]) -> T:
        try:
            return await finish(begun)
        except OSError as error:
            raise Upstream(
                f"the folder of artifacts {self._folder} fails: {error.strerror or error}; "
                "make room there, and see that this user may write to it"
            ) from error


async def _end(hashing: asyncio.Future[None] | None) -> None:
    """Wait for it; a cancellation need not, since hashing leaves nothing to clear away."""
    if hashing is not None:
        await hashing


def _open_at(opened: ExitStack, path: Path, offset: int) -> BinaryIO:
    """Open a file, to be closed with `opened`, and go to `offset`."""
    try:
        file = opened.enter_context(path.open("rb"))
    except FileNotFoundError:
        key = f"{path.parent.name}/{path.name}"
        raise NotFound("artifact bytes", f"nothing is stored under {key!r}") from None
    file.seek(offset)
    return file


def _remove_all(paths: Sequence[Path]) -> None:
    for path in paths:
        remove(path)


def _next(files: Iterator[tuple[str, os.stat_result]]) -> list[tuple[str, os.stat_result]]:
    return list(islice(files, FOUND_AT_ONCE))
