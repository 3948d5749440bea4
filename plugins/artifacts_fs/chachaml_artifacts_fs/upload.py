"""One artifact on its way to its place."""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from chachaml_kernel.ports import Stored

from chachaml_artifacts_fs.folder import begin_flushing, flush, flush_folder, make_incoming


class Upload:
    """A file among the incoming ones, which takes its place when all of it is on the disk.

    Its methods wait for the disk and raise `OSError`; one is called at a time, on any thread. Only
    `hash` may be called beside the others, in the order of `write`.
    """

    def __init__(self, folder: Path, place: Path) -> None:
        """Keep where the bytes go; touch nothing."""
        self._folder = folder
        self._place = place
        self._path = place
        self._file: BinaryIO | None = None
        self._size = 0
        self._digest = hashlib.sha256()

    def write(self, content: bytearray) -> None:
        """Append `content`, which is hashed apart."""
        file = self._opened()
        file.write(content)
        begin_flushing(file.fileno(), self._size, len(content))
        self._size += len(content)

    def hash(self, content: bytearray) -> None:
        """Take `content` into the digest."""
        self._digest.update(content)

    def finish(self, content: bytearray) -> Stored:
        """Append the last `content`, hash it, and put the file in its place, all of it durably."""
        self.hash(content)
        self._size += len(content)
        file = self._opened()
        file.write(content)
        file.flush()
        flush(file.fileno())
        self._take_place()
        file.close()
        flush_folder(self._place.parent)
        # Always: whoever made the run's folder, another upload perhaps, may not be there yet.
        flush_folder(self._folder)
        return Stored(self._size, self._digest.hexdigest())

    def discard(self) -> None:
        """Remove the file, even from its place; what resists is swept when a store opens next."""
        if self._file is not None:
            for undo in (self._file.close, self._path.unlink, self._place.parent.rmdir):
                with suppress(OSError):
                    undo()

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = make_incoming(self._folder)
            self._path = Path(self._file.name)
        return self._file

    def _take_place(self) -> None:
        while True:
            with suppress(FileExistsError):
                self._place.parent.mkdir()
            try:
                self._path = self._path.rename(self._place)
            except FileNotFoundError:
                # A delete may just have removed the run's folder, which was empty: make it again.
                if not self._path.exists():
                    raise
            else:
                return
