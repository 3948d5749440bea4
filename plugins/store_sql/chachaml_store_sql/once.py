"""Idempotency keys: taken and answered in the transaction of the write itself."""

import time
from collections.abc import Callable
from typing import TypeVar

import msgspec
from chachaml_kernel.domain.idempotency import KEEP_MS, Once, refuse_reuse
from sqlalchemy import Connection, delete, select, update

from chachaml_store_sql.schema import applied
from chachaml_store_sql.upsert import insert_into

FORGOTTEN_AT_ONCE = 20
"""Old keys that each new one clears away, so that none of them has to wait long."""

T = TypeVar("T")


def apply_once(
    connection: Connection, once: Once, answer: type[T], write: Callable[[Connection], T]
) -> T:
    """Return what `write` returns, or what it returned when `once` was applied before.

    `answer` is the type that `write` returns, which must have a form in JSON. The key is taken
    before the write, so that of several retries at once all but one wait, and then see its answer.
    """
    now = time.time_ns() // 1_000_000
    taken = connection.execute(
        insert_into(applied, connection.dialect)
        .values(key=once.key, request=once.request, answer="", at=now)
        .on_conflict_do_nothing()
    )
    if taken.rowcount == 0:
        row = connection.execute(
            select(applied.c.request, applied.c.answer).where(applied.c.key == once.key)
        ).one()
        refuse_reuse(once, row.request)
        return msgspec.json.decode(row.answer, type=answer)
    result = write(connection)
    connection.execute(
        update(applied)
        .where(applied.c.key == once.key)
        .values(answer=msgspec.json.encode(result).decode())
    )
    _forget(connection, now - KEEP_MS)
    return result


def _forget(connection: Connection, before: int) -> None:
    old = select(applied.c.key).where(applied.c.at < before).limit(FORGOTTEN_AT_ONCE)
    connection.execute(delete(applied).where(applied.c.key.in_(old)))
