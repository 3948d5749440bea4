"""`INSERT … ON CONFLICT`, which SQLite and Postgres write alike and SQLAlchemy keeps apart."""

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(table: Table, dialect: Dialect) -> sqlite.Insert | postgresql.Insert:
    """Return an insert with `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def insert_unless_there(connection: Connection, table: Table, **values: object) -> None:
    """Insert a row, or leave the one that has its key as it is."""
    statement = insert_into(table, connection.dialect).values(**values).on_conflict_do_nothing()
    connection.execute(statement)
