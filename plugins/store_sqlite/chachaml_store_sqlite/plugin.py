"""The plugin: its settings and its hook."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from chachaml_kernel.errors import ConfigError
from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.ports import Store

from chachaml_store_sqlite.store import open_store

MAX_READERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSqlite:
    """Everything but artifacts in one SQLite file, which several processes may share.

    - `path`: the file, made with its folders if it is not there; `chachaml.db` in the data folder.
    - `readers`: how many lists and lookups run at a time, each on a thread of its own.
    - `busy_seconds`: how long to wait while another process holds the file.
    - `max_waiting`: how many reads or writes may wait before further ones are turned away (429).
    - `reserve`: bytes that are kept back so that runs can be deleted when the disk is full; 0 for
      none.
    """

    path: Path = Path("chachaml.db")
    readers: int = 3
    busy_seconds: float = 10.0
    max_waiting: int = 10_000
    reserve: int = 8 * 2**20

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        if not 1 <= self.readers <= MAX_READERS:
            raise ConfigError(f"readers is {self.readers}; it must be from 1 to {MAX_READERS}")
        if not 0 <= self.busy_seconds <= 3_600:
            raise ConfigError(f"busy_seconds is {self.busy_seconds}; it must be from 0 to 3600")
        if self.max_waiting < 1:
            raise ConfigError(f"max_waiting is {self.max_waiting}; it must be at least 1")
        if self.reserve < 0:
            raise ConfigError(f"reserve is {self.reserve}; it must be at least 0")

    @hookimpl
    def chachaml_store(self) -> AbstractAsyncContextManager[Store]:
        """Return the store on this file, still closed."""
        return open_store(
            self.path,
            readers=self.readers,
            busy_seconds=self.busy_seconds,
            max_waiting=self.max_waiting,
            reserve=self.reserve,
        )
