"""What the SQL stores share: schema, migrations and queries. Not a plugin.

A store plugin builds a `SqlStore` from two runners, one that runs a function in a reading and one
that runs it in a writing transaction; everything else is here.
"""

from chachaml_store_sql.migrate import migrate
from chachaml_store_sql.store import Runner, SqlStore

__all__ = ["Runner", "SqlStore", "migrate"]
