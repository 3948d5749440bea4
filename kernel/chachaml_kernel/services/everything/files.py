"""Tables on their way into files of bounded size, several of them side by side."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import TypeAlias

from msgspec import Struct, field

from chachaml_kernel.ports import Column, Exporter, Folder, Table
from chachaml_kernel.services.everything.tables import Row

Rows: TypeAlias = Sequence[Row]

LARGEST_FILE = 2**27
"""Bytes after which a file ends with the batch that makes it so large."""
BATCHES_AHEAD = 1
"""Batches of a table that wait until the ones before are written."""


class Written(Struct, frozen=True, kw_only=True):
    """A file that was written: its name, its rows, its bytes and their SHA-256."""

    name: str
    rows: int
    size: int
    sha256: str


class Tables(Struct, frozen=True):
    """Tables that are being written, which take rows by name."""

    queues: Mapping[str, asyncio.Queue[Rows | None]]

    async def put(self, name: str, rows: Rows) -> None:
        """Add rows to a table; wait while it has enough to write."""
        if rows:
            await self.queues[name].put(rows)


class Files(Struct, frozen=True):
    """All files of an export; `written` are those that are whole."""

    folder: Folder
    exporter: Exporter
    largest: int = LARGEST_FILE
    written: list[Written] = field(default_factory=list)

    @asynccontextmanager
    async def open(
        self, tables: Mapping[str, Sequence[Column]], *, numbers: Iterator[int] | None = None
    ) -> AsyncIterator[Tables]:
        """Take rows of `tables` until the end of the block, and end with all of them written.

        A table is one file at least, `NAME/part-NUMBER.FORMAT`. Raises a group of what was wrong.
        """
        async with asyncio.TaskGroup() as group:
            opened = Tables({name: asyncio.Queue(BATCHES_AHEAD) for name in tables})
            for name, columns in tables.items():
                table = Table(columns, _until_none(opened.queues[name]))
                group.create_task(self._write(name, table, numbers or count()))
            yield opened
            for queue in opened.queues.values():
                await queue.put(None)

    async def _write(self, name: str, table: Table, numbers: Iterator[int]) -> None:
        cut = _Cut(aiter(table.batches), self.largest)
        await cut.advance()
        while cut.rows is None or cut.ahead is not None:
            path = f"{name}/part-{next(numbers):05d}.{self.exporter.format}"
            content = self.exporter.write(Table(table.columns, cut.file()))
            stored = await self.folder.write(path, cut.counted(content))
            self.written.append(
                Written(name=path, rows=cut.rows or 0, size=stored.size, sha256=stored.sha256)
            )


class _Cut:
    """The batches of a table, cut into those of one file after the other."""

    def __init__(self, batches: AsyncIterator[Rows], largest: int) -> None:
        self._batches = batches
        self._largest = largest
        self._size = 0
        self.ahead: Rows | None = None
        self.rows: int | None = None

    async def advance(self) -> None:
        """Look at the next batch."""
        self.ahead = await anext(self._batches, None)

    async def file(self) -> AsyncIterator[Rows]:
        """Yield the batches of the next file."""
        self.rows = self._size = 0
        while self.ahead is not None and self._size < self._largest:
            self.rows += len(self.ahead)
            yield self.ahead
            await self.advance()

    async def counted(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass the content of a file on."""
        async for piece in content:
            self._size += len(piece)
            yield piece


async def _until_none(queue: asyncio.Queue[Rows | None]) -> AsyncIterator[Rows]:
    while (rows := await queue.get()) is not None:
        yield rows
