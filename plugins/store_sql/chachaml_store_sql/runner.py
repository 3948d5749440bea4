"""How functions of a connection are run, which each database does in its own way."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Runner(Protocol):
    """Runs a function on a connection, within a transaction that ends with it.

    A reading one sees one state of the database throughout, whatever is committed meanwhile: a
    series is read from two tables, and its points move from one to the other.
    """

    async def __call__(self, function: Callable[[Connection], T], /) -> T:
        """Return what `function` returns, once its transaction is committed.

        Where it raises, its transaction is rolled back, and no other one.
        """
        ...
