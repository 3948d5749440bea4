"""One artifact on its way to its place."""

import hashlib
from collections.abc import Sequence
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

    def write(self, chunks: Sequence[bytes]) -> None:
        """Append `chunks`, which are hashed apart."""
        file = self._opened()
        file.writelines(chunks)
        length = sum(map(len, chunks))
        begin_flushing(file.fileno(), self._size, length)
        self._size += length

    def hash(self, chunks: Sequence[bytes]) -> None:
        """Take `chunks` into the digest."""
        for chunk in chunks:
            self._digest.update(chunk)

    def finish(self, chunks: Sequence[bytes]) -> Stored:
        """Append and hash the last `chunks`, and put the file in its place, all of it durably."""
        self.hash(chunks)
        self.write(chunks)
        file = self._opened()
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
