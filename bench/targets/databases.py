"""SQLite files of the servers: filling them with copies of rows, and measuring them."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

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
    """A run that is in a database, and the column of all tables that says so."""

    database: Path
    column: str
    run: str


def multiply(template: Template, table: str, *, numbers: range, changes: Changes) -> int:
    """Copy the rows that `table` has of a run, once for each number.

    So a server is filled in its own schema, with rows that it wrote itself through its API, without
    the hours that this would take through the API. Returns how many rows were added.
    """
    with closing(sqlite3.connect(template.database, timeout=60)) as connection, connection:
        chosen = f"SELECT * FROM {table} WHERE {template.column} = ?"
        cursor = connection.execute(chosen, (template.run,))
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
        changed = [(names.index(name), change) for name, change in changes.items()]

        marks = ", ".join("?" * len(names))
        before = connection.total_changes
        connection.executemany(
            f"INSERT INTO {table} VALUES ({marks})",
            (_copy(row, number, changed) for number in numbers for row in rows),
        )
        return connection.total_changes - before


def _copy(row: tuple[object, ...], number: int, changed: list[tuple[int, Change]]) -> list[object]:
    copy = list(row)
    for place, change in changed:
        copy[place] = change(number, copy[place])
    return copy


def size(database: Path) -> Space:
    """Measure a database after its write-ahead log, if it has one, has moved into it."""
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        names = ("page_size", "page_count", "freelist_count")
        page, pages, free = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    files = [database, database.with_name(f"{database.name}-wal")]
    taken = sum(file.stat().st_size for file in files if file.exists())
    return Space(used=page * (pages - free), taken=taken)
