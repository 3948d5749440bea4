"""A store of many runs, each with many params and metrics, as years of work would leave it."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from chachaml_store_sql import SqlStore, outcomes, schema
from chachaml_store_sqlite import StoreSqlite
from sqlalchemy import Connection, Table, insert

KEYS = 20
"""Params, and metrics, of each run."""

EVERY = 300_000
"""Milliseconds between the starts of two runs, the last of which started just now."""

AT_ONCE = 1_000
"""Runs a transaction, between which a server on the same file gets its turn."""

EXPERIMENTS = 21
STATUSES = ("completed", "completed", "completed", "failed")
OPTIMIZERS = ("adam", "adamw", "sgd", "lion")
RATES = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001, 0.00003)

TABLES = (schema.runs, schema.params, schema.tags, schema.series)
INDEXES = [index for table in TABLES for index in table.indexes]

Row = Mapping[str, object]


def fill(file: Path, runs: int) -> None:
    """Store so many ended runs in the file of a store, beside a server that may be on it.

    Each has `KEYS` params, metrics of a point each, and two tags. Params are `lr`, `optimizer`,
    `seed`, which no two runs share, and numbers; `metric-0` rises from 0 to 1 with the time of the
    run, all others are noise between 0 and 1.
    """
    asyncio.run(_fill(file, runs))


async def _fill(file: Path, runs: int) -> None:
    begin = time.time_ns() // 1_000_000 - runs * EVERY
    async with StoreSqlite(path=file).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        experiments = list(_experiments(runs, begin))
        await store.write(lambda c: c.execute(insert(schema.experiments), experiments))
        await store.write(_drop_indexes)
        for first in range(0, runs, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, runs))
            await store.write(partial(_insert, numbers=numbers, begin=begin, runs=runs))
        for index in INDEXES:  # sorting once takes a fraction of keeping them in order
            await store.write(index.create)


def _drop_indexes(connection: Connection) -> None:
    for index in INDEXES:
        index.drop(connection)


def _insert(connection: Connection, numbers: range, begin: int, runs: int) -> None:
    tables: list[tuple[Table, Iterable[Row]]] = [
        (schema.runs, (_run(i, begin) for i in numbers)),
        (schema.params, (row for i in numbers for row in _params(i))),
        (schema.tags, (row for i in numbers for row in _tags(i))),
        (schema.series, series := [row for i in numbers for row in _series(i, begin, runs)]),
        (schema.points, map(_point, series)),
    ]
    for table, rows in tables:
        connection.execute(insert(table), list(rows))
    outcomes.keep(connection, {_id(i): _ended_at(i, begin) for i in numbers})


def _experiments(runs: int, begin: int) -> Iterator[Row]:
    counts = Counter((i % EXPERIMENTS, STATUSES[i % 4]) for i in range(runs))
    times = {"created_at": begin, "updated_at": begin + runs * EVERY}
    for number in range(EXPERIMENTS):
        own = {status: counts[number, status] for status in ("running", "completed", "failed")}
        yield {"name": f"e{number}", "description": "", "archived": 0, **own, **times}


def _id(i: int) -> str:
    return f"{i:016x}{i * 2654435761 % 2**32:016x}"


def _run(i: int, begin: int) -> Row:
    started = begin + i * EVERY
    own = {"id": _id(i), "name": f"run {i}", "status": STATUSES[i % 4], "started_at": started}
    rest = {"ended_at": _ended_at(i, begin), "archived": False, "env": "{}", "note": ""}
    return {**own, "experiment_id": i % EXPERIMENTS + 1, "created_by": f"user{i % 7}", **rest}


def _ended_at(i: int, begin: int) -> int:
    return begin + i * EVERY + i % 7_200_000


def _params(i: int) -> Iterator[Row]:
    chance = random.Random(i)
    optimizer = chance.choice(OPTIMIZERS)
    yield {**_param(i, "optimizer", f'"{optimizer}"'), "text": optimizer, "brief": optimizer}
    numbers = {"lr": chance.choice(RATES), "seed": float(i)}
    numbers |= {f"param-{key}": chance.randrange(100) / 10 for key in range(KEYS - 3)}
    for key, number in numbers.items():
        yield {**_param(i, key, repr(number)), "number": number}


def _param(i: int, key: str, value: str) -> Row:
    whose = {"run_id": _id(i), "key": key}
    return {**whose, "value": value, "text": value, "number": None, "brief": None}


def _tags(i: int) -> Iterator[Row]:
    for key, value in (("team", f"team {i % 9}"), ("keep", "yes" if i % 500 == 0 else "no")):
        yield {"run_id": _id(i), "key": key, "value": value, "brief": value}


def _series(i: int, begin: int, runs: int) -> Iterator[Row]:
    chance, started = random.Random(-1 - i), begin + i * EVERY
    for key in range(KEYS):
        value = i / runs if key == 0 else chance.random()
        last = {"last_value": value, "last_step": 0, "last_at": started, "logged": i * KEYS + key}
        own = {"id": i * KEYS + key + 1, "run_id": _id(i), "key": f"metric-{key}"}
        rest = {"least": value, "greatest": value, "started_at": started}
        yield {**own, **last, **rest, "length": 1, "settled": 1}


def _point(series: Row) -> Row:
    place = {"series_id": series["id"], "seq": 0}
    return {**place, "step": 0, "at": series["last_at"], "value": series["last_value"]}
