"""Databases of the servers: filling them with copies of rows, and measuring SQLite files."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import asyncpg

Change: TypeAlias = Callable[[int, object], object]

Changes: TypeAlias = Mapping[str, Change]
"""By column, what a copy has there instead, by its number and what was there."""


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes of a database."""

    used: int
    """In pages that hold something."""

    taken: int
    """On the disk, with pages that stand empty and will be used again."""


@dataclass(frozen=True, slots=True)
class Template:
    """A run that is in a database, and the column of all tables that says so.

    The database is the file of a SQLite, or the address of a PostgreSQL.
    """

    database: Path | str
    column: str
    run: str


@dataclass(frozen=True, slots=True)
class Databases:
    """Databases on a PostgreSQL, one for each folder that a server may have its data in."""

    server: str
    """The address of a database that is there."""

    made: dict[Path, str] = field(default_factory=dict)

    def of(self, folder: Path) -> str:
        """Return the address of the folder's database, made if it is not there."""
        if folder not in self.made:
            name = f"bench_{len(self.made)}"
            asyncio.run(_make(self.server, name))
            self.made[folder] = urlsplit(self.server)._replace(path=f"/{name}").geturl()
        return self.made[folder]

    def runs(self) -> list[int]:
        """Return how many runs each database holds; MLflow's table has the name of ours."""
        return [asyncio.run(_runs(address)) for address in self.made.values()]


async def _runs(address: str) -> int:
    connection = await asyncpg.connect(address)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM runs"))
    finally:
        await connection.close()


async def _make(server: str, name: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()


def multiply(template: Template, table: str, *, numbers: range, changes: Changes) -> int:
    """Copy the rows that `table` has of a run, once for each number.

    So a server is filled in its own schema, with rows that it wrote itself through its API, without
    the hours that this would take through the API. Returns how many rows were added.
    """
    if isinstance(template.database, str):
        return asyncio.run(_multiply(template.database, template, table, numbers, changes))
    with closing(sqlite3.connect(template.database, timeout=60)) as connection, connection:
        chosen = f"SELECT * FROM {table} WHERE {template.column} = ?"
        cursor = connection.execute(chosen, (template.run,))
        names = [column[0] for column in cursor.description]
        rows = _copies(names, cursor.fetchall(), numbers, changes)
        marks = ", ".join("?" * len(names))
        before = connection.total_changes
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        return connection.total_changes - before


async def _multiply(
    dsn: str, template: Template, table: str, numbers: range, changes: Changes
) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        chosen = f"SELECT * FROM {table} WHERE {template.column} = $1"
        rows = await connection.fetch(chosen, template.run)
        names = list(rows[0].keys()) if rows else []
        records = list(_copies(names, [tuple(row) for row in rows], numbers, changes))
        await connection.copy_records_to_table(table, records=records, columns=names)
        return len(records)
    finally:
        await connection.close()


def _copies(
    names: Sequence[str], rows: Sequence[tuple[object, ...]], numbers: range, changes: Changes
) -> Iterator[list[object]]:
    changed = [(names.index(name), change) for name, change in changes.items() if rows]
    for number in numbers:
        for row in rows:
            copy = list(row)
            for place, change in changed:
                copy[place] = change(number, copy[place])
            yield copy


def size(database: Path) -> Space:
    """Measure a database after its write-ahead log, if it has one, has moved into it."""
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        names = ("page_size", "page_count", "freelist_count")
        page, pages, free = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    files = [database, database.with_name(f"{database.name}-wal")]
    taken = sum(file.stat().st_size for file in files if file.exists())
    return Space(used=page * (pages - free), taken=taken)
