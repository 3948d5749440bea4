"""`INSERT … ON CONFLICT`, which SQLite and Postgres write alike and SQLAlchemy keeps apart."""

from typing import TYPE_CHECKING, TypeAlias, Union

from sqlalchemy import Connection, Dialect, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Insert: TypeAlias = Union["sqlite.Insert", "postgresql.Insert"]


def insert_into(table: Table, dialect: Dialect) -> Insert:
    """Return an insert with `on_conflict_do_update` and `on_conflict_do_nothing`."""
    # Importing a dialect costs up to a tenth of a second, so each is imported by who talks to it.
    if dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def insert_unless_there(connection: Connection, table: Table, **values: object) -> None:
    """Insert a row, or leave the one that has its key as it is."""
    statement = insert_into(table, connection.dialect).values(**values).on_conflict_do_nothing()
    connection.execute(statement)
