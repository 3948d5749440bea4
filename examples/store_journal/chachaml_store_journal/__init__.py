"""The plugin: a store that keeps everything in memory and every write in a journal."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from chachaml_kernel import hookimpl
from chachaml_kernel.ports import Store

from chachaml_store_journal.store import opened


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreJournal:
    """Its table in the configuration is `[plugins.store_journal]`, its fields are the settings."""

    path: Path = Path("chachaml.journal")

    @hookimpl
    def chachaml_store(self) -> AbstractAsyncContextManager[Store]:
        """Return the store, to be opened when the kernel starts."""
        return opened(self.path)
