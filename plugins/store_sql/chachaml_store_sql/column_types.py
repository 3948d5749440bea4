"""Types of columns, as each database has them."""

from sqlalchemy import BigInteger, Double, Integer, Text
from sqlalchemy.types import TypeEngine, UserDefinedType


class Untyped(UserDefinedType[float]):
    """A SQLite column without a declared type: an affinity of REAL would turn -0.0 into 0.0."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return what stands after the column's name: nothing."""
        return ""


Real: TypeEngine[float] = Double().with_variant(Untyped(), "sqlite")
Serial = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts by itself only in a column that is declared INTEGER."""
Words = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of its code points, as in SQLite and Python, whatever order a database has."""
