"""The SQLite store: one file, group commit, durable at every answer."""

from chachaml_store_sqlite.plugin import StoreSqlite

__all__ = ["StoreSqlite"]
