"""Bringing a database to the schema that this version of the code knows."""

from pathlib import Path

from chachaml_kernel.errors import ConfigError
from sqlalchemy import Connection, inspect, text

from chachaml_store_sql.schema import HEAD

VERSION_TABLE = "chachaml_schema"
"""Where Alembic notes the revision that a database is at."""

KNOWN = ("0001", "0002")
"""All revisions, oldest first."""


def migrate(connection: Connection) -> None:
    """Bring the database of `connection` to the revision `HEAD`, within its open transaction.

    The caller holds a lock that keeps other starters out. Raises `ConfigError` if the database was
    written by a newer version, or by another program.
    """
    found = revision(connection)
    if found == HEAD:
        return
    if found is not None and found not in KNOWN:
        raise ConfigError(
            f"the database is at schema revision {found!r}, which is newer than this version knows "
            f"(up to {HEAD!r}); install a newer chachaml-kernel"
        )
    _upgrade(connection)


def revision(connection: Connection) -> str | None:
    """Return the revision of a database, or none if it is empty."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE in tables:
        return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    if tables:
        raise ConfigError(
            f"the database holds tables of another program ({', '.join(tables[:3])}…); "
            "name an own database for chachaml-kernel"
        )
    return None


def _upgrade(connection: Connection) -> None:
    # Alembic costs a tenth of a second to import: only who migrates pays for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
