"""A file of JSON lines, each on the disk before anyone is told of it."""

import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from chachaml_kernel.errors import ConfigError, Upstream


class Journal:
    """An open journal. Its methods wait for the disk: call them on a thread, one at a time."""

    def __init__(self, path: Path) -> None:
        """Open or make the file, for this process alone."""
        self._path = path
        self._end = self._last_end = 0
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            _sync_folder(path.parent)
        except OSError as error:
            raise ConfigError(
                f"journal {path} cannot be opened: {error.strerror}; set another path"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise ConfigError(
                f"journal {path} is in use by another server; end that one, or set another path"
            ) from None

    def entries(self) -> list[Any]:
        """Return all entries. A last one that a crash tore is cut off: nobody was told of it."""
        found = []
        *lines, torn = self._path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, start=1):
            try:
                found.append(json.loads(line))
            except ValueError:
                if number < len(lines) or torn:
                    raise ConfigError(
                        f"journal {self._path} is damaged in line {number}; put back a copy of it"
                    ) from None
                break
            self._end += len(line) + 1
        os.ftruncate(self._file, self._end)
        return found

    def append(self, entry: Any) -> None:  # noqa: ANN401  whatever JSON can say
        """Write an entry and return when it is on the disk; where that fails, leave none of it."""
        # The json of the standard library keeps every double: it has tokens for NaN and infinities.
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        try:
            os.ftruncate(self._file, self._end)
            if os.pwrite(self._file, line, self._end) < len(line):
                raise OSError("no space left")
            os.fsync(self._file)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, self._end)
            raise Upstream(f"journal {self._path} cannot be written: {error}") from error
        self._last_end, self._end = self._end, self._end + len(line)

    def take_back(self) -> None:
        """Cut off the entry that was appended last."""
        self._end = self._last_end
        with suppress(OSError):  # the next entry is written over it all the same
            os.ftruncate(self._file, self._end)

    def close(self) -> None:
        """Close the file, which lets other processes open it."""
        os.close(self._file)


def _sync_folder(folder: Path) -> None:
    """Put a new file's name on the disk too, not only its bytes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
