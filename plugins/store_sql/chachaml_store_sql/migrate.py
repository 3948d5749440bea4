"""Bringing a database to the schema that this version of the code knows."""

from pathlib import Path

from chachaml_kernel.errors import ConfigError
from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, inspect, text

from chachaml_store_sql.schema import metadata

VERSION_TABLE = "chachaml_schema"
"""Where Alembic notes the revision that a database is at."""

KNOWN = ("0001", "0002")
"""All revisions, oldest first."""

HEAD = KNOWN[-1]
"""The revision that the tables of `schema` are at."""


def migrate(connection: Connection) -> bool:
    """Bring the database of `connection` to the revision `HEAD`, within its open transaction.

    The caller holds a lock that keeps other starters out. Returns whether anything was migrated.
    Raises what `refuse_foreign` raises.
    """
    refuse_foreign(connection)
    found = _revision(connection)
    if found is None:
        _make(connection)
    elif found != HEAD:
        upgrade(connection)
        return True
    return False


def _make(connection: Connection) -> None:
    """Make all tables as they are now, which is what all migrations together come to."""
    metadata.create_all(connection)
    versions = Table(VERSION_TABLE, MetaData(), Column("version_num", Text, primary_key=True))
    versions.create(connection)
    connection.execute(insert(versions).values(version_num=HEAD))


def refuse_foreign(connection: Connection) -> None:
    """Raise `ConfigError` if a database is another program's, or a newer version wrote it."""
    tables = inspect(connection).get_table_names()
    if tables and VERSION_TABLE not in tables:
        raise ConfigError(
            f"the database holds tables of another program ({', '.join(tables[:3])}…); "
            "name an own database for chachaml-kernel"
        )
    found = _revision(connection)
    if found is not None and found not in KNOWN:
        raise ConfigError(
            f"the database is at schema revision {found!r}, which is newer than this version knows "
            f"(up to {HEAD!r}); install a newer chachaml-kernel"
        )


def _revision(connection: Connection) -> str | None:
    """Return the revision of a database, or none if it is empty."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()


def upgrade(connection: Connection) -> None:
    """Run the migrations that a database still lacks, from the first on if it is empty."""
    # Alembic costs a fifth of a second to import: only who has something to migrate pays for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
