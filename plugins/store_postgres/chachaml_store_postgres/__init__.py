"""The PostgreSQL store: one database, any number of kernels."""

from chachaml_store_postgres.plugin import StorePostgres

__all__ = ["StorePostgres"]
