"""Space that is kept back for deleting, so that a full disk can be emptied."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PART = bytes(2**16)
PLENTY = 4
"""A reserve is made where so many times its size is free, so it never is what fills a disk."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """A file of `size` zeros, or fewer, which nobody reads; its name ends with `-reserve`.

    SQLite needs room to delete anything: the change goes into its log first, and what is in the log
    may need room in the file before the log can begin anew. That is some 4 MB.
    """

    path: Path
    size: int

    @classmethod
    def beside(cls, database: Path, size: int) -> "Reserve":
        """Return the reserve of a database's file."""
        return cls(database.with_name(f"{database.name}-reserve"), size)

    def make(self) -> None:
        """Make the file anew if it is short and there is plenty of room."""
        if self._held() < self.size and self.room() + self._held() >= PLENTY * self.size:
            self._write(self.size)

    def leave(self) -> None:
        """Remove the file, unless it could not be made anew when the database is opened next."""
        if (held := self._held()) and self.room() + held >= PLENTY * self.size:
            self.give_up()

    def give_up(self) -> bool:
        """Give the space to whoever needs it; tell whether there was any."""
        held = self._held()
        self.path.unlink(missing_ok=True)
        return held > 0

    def take_back(self) -> None:
        """Take what is left of the space, before anybody else fills it."""
        self._write(min(self.size, self.room()))

    def room(self) -> int:
        """Return the bytes that are free on the disk."""
        return shutil.disk_usage(self.path.parent).free

    def _held(self) -> int:
        try:
            return self.path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):  # another process may just have removed it
            return 0

    def _write(self, size: int) -> None:
        # Less room than was seen is no fault: what fits is kept.
        with suppress(OSError), self.path.open("wb", buffering=0) as file:
            for begin in range(0, size, len(PART)):
                file.write(PART[: size - begin])
