"""What the SQL stores share: schema, migrations and queries. Not a plugin.

A store plugin opens a `SqlStore` with two runners, one that runs a function in a reading and one
that runs it in a writing transaction; everything else is here.
"""

from chachaml_store_sql.migrate import migrate
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.store import SqlStore, sql_store

__all__ = ["Runner", "SqlStore", "migrate", "sql_store"]
