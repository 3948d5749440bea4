"""Folders to write files into: of this machine, or of a place that a plugin knows."""

import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    suppress,
)
from pathlib import Path
from typing import TypeVar, TypeVarTuple
from uuid import uuid4

from chachaml_kernel.errors import Invalid, Upstream
from chachaml_kernel.ports import Folder, Place, Stored
from chachaml_kernel.threads import finish_in

THREADS = 4
"""Files that wait for the disk at one time."""
HOP = 2**20
"""Bytes that go to a thread at one time."""
INCOMING = ".incoming"
"""What the name of a file ends in that is being written; it begins with a dot."""
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://")

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


def open_folder(address: str, places: Mapping[str, Place]) -> AbstractAsyncContextManager[Folder]:
    """Open a path of this machine, or an address whose beginning, such as `s3://`, a place knows.

    Raises `Invalid` if none knows it.
    """
    scheme = SCHEME.match(address)
    if scheme is None:
        return open_local(Path(address))
    place = places.get(scheme[1])
    if place is None:
        known = ", ".join(f"{it}://" for it in sorted(places)) or "none"
        raise Invalid(
            f"no configured plugin writes to {scheme[0]}; known: {known}, and any folder of this "
            "machine; [plugins.artifacts_s3] knows s3://"
        )
    return place.open(address)


@asynccontextmanager
async def open_local(path: Path) -> AsyncIterator[Folder]:
    """Open a folder of this machine; it is made with the first file in it."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="folder") as threads:
        yield LocalFolder(path, threads)


class LocalFolder:
    """Keeps the promises of `Folder` on this machine's disk."""

    def __init__(self, path: Path, threads: Executor) -> None:
        """Keep where the files go and what waits for the disk; touch nothing."""
        self._path = path
        self._threads = threads

    async def names(self) -> Sequence[str]:
        """Return the names of all files below the folder."""
        return await self._run(_names, self._path)

    async def write(self, name: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Write a file, under another name until it is whole."""
        file = _Incoming(self._path / name)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._run, file.discard)
            await self._run(file.open)
            gathered = bytearray()
            async for chunk in chunks:
                gathered += chunk
                if len(gathered) >= HOP:
                    await self._run(file.write, gathered)
                    gathered = bytearray()
            stored = await self._run(file.finish, gathered)
            undo.pop_all()
        return stored

    async def delete(self, names: Sequence[str]) -> None:
        """Remove files, and the folders that are empty then."""
        await self._run(_remove, self._path, names)

    async def _run(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        try:
            return await finish_in(self._threads, work, *arguments)
        except OSError as error:
            raise Upstream(
                f"the folder {self._path} fails: {error.strerror or error}; make room there, and "
                "see that this user may write to it"
            ) from error


class _Incoming:
    """A file that takes its name when all of it is on the disk."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._path = place.with_name(f".{uuid4().hex}{INCOMING}")
        self._opened = ExitStack()
        self._size = 0
        self._digest = hashlib.sha256()

    def open(self) -> None:
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._opened.enter_context(self._path.open("xb"))

    def write(self, content: bytearray) -> None:
        self._file.write(content)
        self._digest.update(content)
        self._size += len(content)

    def finish(self, content: bytearray) -> Stored:
        self.write(content)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._opened.close()
        self._path.rename(self._place)
        _flush_folder(self._place.parent)
        return Stored(self._size, self._digest.hexdigest())

    def discard(self) -> None:
        with suppress(OSError):
            self._opened.close()
        with suppress(OSError):
            self._path.unlink()


def _flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are where a power cut does not reach them."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _names(path: Path) -> list[str]:
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(f"{path} is a file, not a folder")
    return [it.relative_to(path).as_posix() for it in path.rglob("*") if not it.is_dir()]


def _remove(path: Path, names: Sequence[str]) -> None:
    for name in names:
        (path / name).unlink(missing_ok=True)
        with suppress(OSError):
            (path / name).parent.rmdir()
