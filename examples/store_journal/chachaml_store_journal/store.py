"""The store: each write is journalled, then applied to memory; opening applies them all again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

import msgspec
from chachaml_kernel.errors import ChachamlError
from chachaml_kernel.memory import MemoryStore
from chachaml_kernel.ports import Store

from chachaml_store_journal.journal import Journal

P = ParamSpec("P")
T = TypeVar("T")


def journalled(
    method: Callable[Concatenate[MemoryStore, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate["JournalStore", P], Coroutine[Any, Any, T]]:
    """Return `method` so that its name and arguments are journalled before it is applied."""

    @wraps(method)
    async def write(self: "JournalStore", /, *args: P.args, **kwargs: P.kwargs) -> T:
        arguments = signature(method).bind(self, *args, **kwargs).arguments
        del arguments["self"]
        entry = msgspec.to_builtins([method.__name__, arguments], enc_hook=list)
        # A caller who leaves must not part the journal from memory: the write goes on without it.
        result: T = await asyncio.shield(self.write(entry))
        return result

    return write


class JournalStore(MemoryStore):
    """A store in memory whose every write is on the disk before anyone can read it."""

    def __init__(self, journal: Journal) -> None:
        """Start empty; `replay` reads what the journal has."""
        super().__init__()
        self._journal = journal
        self._writing = asyncio.Lock()

    start_run = journalled(MemoryStore.start_run)
    end_run = journalled(MemoryStore.end_run)
    resume_run = journalled(MemoryStore.resume_run)
    set_archived = journalled(MemoryStore.set_archived)
    delete_run = journalled(MemoryStore.delete_run)
    archive_runs = journalled(MemoryStore.archive_runs)
    delete_runs = journalled(MemoryStore.delete_runs)
    tag_runs = journalled(MemoryStore.tag_runs)
    untag_runs = journalled(MemoryStore.untag_runs)
    log_params = journalled(MemoryStore.log_params)
    set_tag = journalled(MemoryStore.set_tag)
    delete_tag = journalled(MemoryStore.delete_tag)
    set_note = journalled(MemoryStore.set_note)
    add_dataset = journalled(MemoryStore.add_dataset)
    append_points = journalled(MemoryStore.append_points)
    add_artifact = journalled(MemoryStore.add_artifact)
    save_experiment = journalled(MemoryStore.save_experiment)
    add_version = journalled(MemoryStore.add_version)
    set_stage = journalled(MemoryStore.set_stage)
    describe_version = journalled(MemoryStore.describe_version)
    describe_model = journalled(MemoryStore.describe_model)
    save_view = journalled(MemoryStore.save_view)
    rename_view = journalled(MemoryStore.rename_view)
    delete_view = journalled(MemoryStore.delete_view)
    load = journalled(MemoryStore.load)
    load_points = journalled(MemoryStore.load_points)

    async def write(self, entry: Any) -> Any:  # noqa: ANN401  the write that it names knows
        """Journal a write, then apply it; one that is refused is taken out of the journal."""
        async with self._writing:
            await asyncio.to_thread(self._journal.append, entry)
            try:
                return await self._apply(entry)
            except ChachamlError:
                await asyncio.to_thread(self._journal.take_back)
                raise

    async def replay(self) -> None:
        """Apply every write of the journal."""
        for entry in await asyncio.to_thread(self._journal.entries):
            # A crash may have kept a refused write from being taken out. It changed nothing then,
            # and is refused again.
            with suppress(ChachamlError):
                await self._apply(entry)

    async def close(self) -> None:
        """Close the journal when the last write is done."""
        async with self._writing:
            await asyncio.to_thread(self._journal.close)

    async def _apply(self, entry: Any) -> Any:  # noqa: ANN401  the write that it names knows
        """Do to memory what an entry says: the same at first and at each opening."""
        name, arguments = entry
        method = getattr(MemoryStore, name)
        types = get_type_hints(method)
        typed = {key: msgspec.convert(value, types[key]) for key, value in arguments.items()}
        return await method(self, **typed)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Store]:
    """Open the store that the journal at `path` describes, a new one if there is none."""
    store = JournalStore(await asyncio.to_thread(Journal, path))
    try:
        await store.replay()
        yield store
    finally:
        await store.close()
