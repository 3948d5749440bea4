"""What the SQL stores share: schema, migrations and queries. Not a plugin.

A store plugin opens a `SqlStore` with two runners, one that runs a function in a reading and one
that runs it in a writing transaction, and says how appends are run; everything else is here.
"""

from chachaml_store_sql.keeping.store import Hold
from chachaml_store_sql.migrate import migrate, refuse_foreign, upgrade
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.series.append import Append, Grown
from chachaml_store_sql.series.group import append_group, append_one
from chachaml_store_sql.store import SqlStore, sql_store

__all__ = [
    "Append",
    "Grown",
    "Hold",
    "Runner",
    "SqlStore",
    "append_group",
    "append_one",
    "migrate",
    "refuse_foreign",
    "sql_store",
    "upgrade",
]
