"""What is done to the folder of artifacts: making, probing, sweeping, flushing, removing.

All of it waits for the disk and raises `OSError`.
"""

import fcntl
import math
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

INCOMING = ".incoming"
"""The folder of files that are being written; no key can name it."""


def prepare(folder: Path) -> None:
    """Make `folder`, free it of files whose writers died, and see that files can be made in it."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    (folder / INCOMING).mkdir(parents=True, exist_ok=True)
    for path in missing:
        flush_folder(path.parent)
    sweep(folder)
    try_writing(folder, b"")  # not a byte more: with a full disk one can still read and delete


def try_writing(folder: Path, content: bytes) -> None:
    """Write `content` to a file that is removed at once."""
    with make_incoming(folder) as file:
        os.unlink(file.name)
        file.write(content)


def make_incoming(folder: Path) -> BinaryIO:
    """Make a new file with a lock on it, which no sweep takes while it is open.

    Between making and locking it, another server that starts may sweep it. A sweep removes a file
    with the lock held, so a file that still has its name once it is locked keeps it.
    """
    while True:
        with ExitStack() as undo:
            file = undo.enter_context((folder / INCOMING / uuid4().hex).open("xb"))
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:
                undo.pop_all()
                return file


def remove(path: Path) -> None:
    """Remove a file, if it is there, and the folder that it was in, if that is empty now."""
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def begin_flushing(descriptor: int, begin: int, length: int) -> None:
    """Have the disk take a part of a file, so that `flush` has less to wait for; do not wait."""
    if sys.platform == "linux":
        # Before Linux drops what is not needed it begins to write what is dirty, and keeps that.
        os.posix_fadvise(descriptor, begin, length, os.POSIX_FADV_DONTNEED)


def flush(descriptor: int) -> None:
    """Wait until all of a file is where a power cut does not reach it."""
    if sys.platform == "darwin":
        with suppress(OSError):  # there, fsync leaves it in the drive's cache; not all disks can
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    os.fsync(descriptor)


def flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are where a power cut does not reach them."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path, *, before: float = math.inf, dry_run: bool = False) -> int:
    """Remove the incoming files that were last written `before` a time and whose writers died.

    Return how many they are.
    """
    return sum(
        _sweep(path, before=before, dry_run=dry_run) for path in (folder / INCOMING).iterdir()
    )


def _sweep(path: Path, *, before: float, dry_run: bool) -> bool:
    """Remove an incoming file unless its writer lives, who then holds its lock."""
    with suppress(FileNotFoundError, BlockingIOError), path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(file.fileno()).st_mtime < before:
            if not dry_run:
                path.unlink()
            return True
    return False


def walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the files in the folders of a folder, as `folder/name`, and what is known of each."""
    for run in folder.iterdir():
        with suppress(FileNotFoundError, NotADirectoryError):  # the first: deleted meanwhile
            for path in list(run.iterdir()):
                with suppress(FileNotFoundError):
                    yield f"{run.name}/{path.name}", path.stat()
