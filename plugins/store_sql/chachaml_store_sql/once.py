"""Idempotency keys: taken and answered in the transaction of the write itself."""

import time
from collections.abc import Callable
from typing import TypeVar

import msgspec
from chachaml_kernel.domain.idempotency import KEEP_MS, Once, refuse_reuse
from sqlalchemy import Connection, Dialect, Executable, bindparam, delete, select, update

from chachaml_store_sql.compiled import fetch, first
from chachaml_store_sql.runner import Runner
from chachaml_store_sql.schema import applied
from chachaml_store_sql.upsert import insert_into

FORGOTTEN_AT_ONCE = 20
"""Old keys that each new one clears away, so that none of them has to wait long."""

NOTHING: type[None] = type(None)
"""The answer of a write that returns nothing."""

T = TypeVar("T")


async def write_once(
    write: Runner, once: Once | None, answer: type[T], function: Callable[[Connection], T]
) -> T:
    """Run `function` in a writing transaction, as `apply_once` does where there is a key."""
    if once is None:
        return await write(function)
    return await write(lambda c: apply_once(c, once, answer, function))


def apply_once(
    connection: Connection, once: Once, answer: type[T], write: Callable[[Connection], T]
) -> T:
    """Return what `write` returns, or what it returned when `once` was applied before.

    `answer` is the type that `write` returns, which must have a form in JSON. The key is taken
    before the write, so that of several retries at once all but one wait, and then see its answer.
    """
    now = time.time_ns() // 1_000_000
    own = {"key": once.key, "request": once.request, "answer": "", "at": now}
    if not fetch(connection, _take, own):
        row = first(connection, _applied, {"own_key": once.key})
        assert row is not None, "a key that cannot be taken is there"
        refuse_reuse(once, row[0])
        return msgspec.json.decode(row[1], type=answer)
    result = write(connection)
    text = msgspec.json.encode(result).decode()
    fetch(connection, _answer, {"own_key": once.key, "new_answer": text})
    fetch(connection, _forget, {"before": now - KEEP_MS})
    return result


def _take(dialect: Dialect) -> Executable:
    """Return the insert of a key, which returns a row unless the key was applied before."""
    return insert_into(applied, dialect).on_conflict_do_nothing().returning(applied.c.at)


def _applied(_: Dialect) -> Executable:
    found = select(applied.c.request, applied.c.answer)
    return found.where(applied.c.key == bindparam("own_key"))


def _answer(_: Dialect) -> Executable:
    taken = update(applied).where(applied.c.key == bindparam("own_key"))
    return taken.values(answer=bindparam("new_answer"))


def _forget(_: Dialect) -> Executable:
    old = select(applied.c.key).where(applied.c.at < bindparam("before")).limit(FORGOTTEN_AT_ONCE)
    return delete(applied).where(applied.c.key.in_(old))
