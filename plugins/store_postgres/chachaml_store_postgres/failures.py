"""What the errors of PostgreSQL and of the way to it mean.

Their codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from chachaml_kernel.errors import ChachamlError, Invalid, Upstream
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

LOST = ("08", "57P01", "57P02", "57P03", "57P05", "25006", "25P03", "25P04")
"""Codes, or what they begin with: the server ends, or serves only readers. Another connection may
find one that does not."""

AGAIN = ("40001", "40P01", "40003")
"""Transactions got into each other's way, and the server has undone this one."""

MEANINGS = {
    "40": "other writes came in between again and again",
    "53": "the database has run out of something",
    "55P03": "what is to be changed is held by another transaction",
    "57014": "the database took too long",
    "58": "the database's disk fails",
}


NO_TEXT = "22021"
"""A text has a character that the encoding does not; in UTF-8 that is NUL alone."""


class InDoubt(Upstream):
    """The connection broke while the database committed, so that nobody knows whether it did."""

    def __init__(self) -> None:
        """Say how to find out."""
        super().__init__(
            "the connection to the database broke during the commit, so the write may be there or "
            "not; send it again with its Idempotency-Key, or look",
            retry_after=1,
        )


class Unreachable(Upstream):
    """The database did not answer in time, or not at all, and nothing was written."""


def cause_of(error: BaseException) -> BaseException:
    """Return what the driver itself raised."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return cause.__cause__ if getattr(cause, "sqlstate", None) and cause.__cause__ else cause


def code_of(error: BaseException) -> str:
    """Return the code that the server gave an error, or nothing where it said none."""
    return getattr(cause_of(error), "sqlstate", None) or ""


def is_lost(error: BaseException) -> bool:
    """Tell whether the connection that raised `error` is of no use any more."""
    return isinstance(cause_of(error), OSError) or code_of(error).startswith(LOST)


def is_silence(error: BaseException) -> bool:
    """Tell whether there was no answer."""
    return isinstance(cause_of(error), TimeoutError)


def is_to_run_again(error: BaseException) -> bool:
    """Tell whether the server has undone a transaction that would do better another time."""
    return code_of(error) in AGAIN


def meaning(error: BaseException) -> BaseException:
    """Return what callers shall see of an error: `Upstream` if the database is at fault.

    A NUL is the caller's mistake: texts that are to be stored were looked through before.
    """
    if isinstance(error, ChachamlError):
        return error
    if isinstance(error, PoolTimeout):
        return Unreachable("all connections to the database are busy; try again", retry_after=1)
    if is_silence(error):
        return Unreachable("the database does not answer; try again")
    if is_lost(error):
        return Unreachable(f"the database cannot be reached ({cause_of(error)}); try again")
    if code_of(error) == NO_TEXT:
        return Invalid("a text holds a NUL character, which nothing that is stored has; remove it")
    for beginning, words in MEANINGS.items():
        if code_of(error).startswith(beginning):
            return Upstream(f"{words} ({cause_of(error)}); try again")
    return error
