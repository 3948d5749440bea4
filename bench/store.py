"""`python -m bench.store [--runs N] [--series N]`: processor time of single calls of the SQL store.

Each call is made many times over on the store's own thread, without HTTP, hand-over and commit.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery, Sort
from chachaml_kernel.domain.runs import NewRun, Run, RunStatus
from chachaml_store_sql import SqlStore, annotations, outcomes, runs, schema
from chachaml_store_sql.lists.runs import list_runs
from chachaml_store_sql.series.append import Append, Ticks, prepare
from chachaml_store_sql.series.group import append_one
from chachaml_store_sqlite import StoreSqlite
from sqlalchemy import Connection, insert

ROUNDS = 15
ENOUGH = 3_000_000
"""Microseconds after which no further round is begun."""

STATUSES = ("completed", "completed", "completed", "failed")
BEST = MetricCondition("metric-1", Operator.GREATER, 0.5)
HEADLINE = ("accuracy", "f1")
QUERIES: Mapping[str, RunQuery] = {
    "newest 100": RunQuery(headline=HEADLINE),
    "newest 100 of an experiment": RunQuery(experiment="e3", headline=HEADLINE),
    "newest 100 that failed": RunQuery(status=RunStatus.FAILED, headline=HEADLINE),
    "100 by a metric": RunQuery(sort=Sort("metric", "metric-1"), headline=HEADLINE),
    "search, best 100": RunQuery(metric=BEST, sort=Sort("metric", "metric-1"), headline=HEADLINE),
    "search, newest 100": RunQuery(metric=BEST, headline=HEADLINE),
    "100 by name": RunQuery(sort=Sort("name", descending=False), headline=HEADLINE),
    "100 by status": RunQuery(sort=Sort("status", descending=False), headline=HEADLINE),
    "100 by headline": RunQuery(sort=Sort("headline"), headline=HEADLINE),
}


def fill(connection: Connection, count: int, series: int) -> None:
    """Store runs with 5 params, 2 tags and so many series of a point each, in ten experiments."""
    connection.execute(insert(schema.experiments), [_experiment(i, count) for i in range(10)])
    for begin in range(0, count, 1_000):
        ids = range(begin, min(begin + 1_000, count))
        connection.execute(insert(schema.runs), [_run(i) for i in ids])
        for table, rows in (
            (schema.params, [_param(i, j) for i in ids for j in range(5)]),
            (schema.tags, [_tag(i, j) for i in ids for j in range(2)]),
            (schema.series, [_series(i, j) for i in ids for j in range(series)]),
        ):
            connection.execute(insert(table), rows)
        outcomes.keep(connection, {_id(i): i + 9 for i in ids})


def _experiment(i: int, runs: int) -> dict[str, object]:
    times = {"created_at": i, "updated_at": i}
    counts = {"running": 0, "completed": runs * 3 // 40, "failed": runs // 40, "archived": 0}
    return {"name": f"e{i}", "description": "", **counts, **times}


def _run(i: int) -> dict[str, object]:
    own = {"id": _id(i), "name": f"run {i}", "status": STATUSES[i % 4], "started_at": i}
    rest = {"ended_at": i + 9, "archived": False, "env": "{}", "note": ""}
    return {**own, "experiment_id": i % 10 + 1, **rest}


def _param(i: int, j: int) -> dict[str, object]:
    return {
        "run_id": _id(i),
        "key": f"param-{j}",
        "value": str(i),
        "text": str(i),
        "number": i,
        "brief": None,
    }


def _tag(i: int, j: int) -> dict[str, object]:
    return {"run_id": _id(i), "key": f"tag-{j}", "value": str(i % 7), "brief": str(i % 7)}


def _series(i: int, j: int) -> dict[str, object]:
    value = i * 7919 % 10_007 / 10_007
    last = {"last_value": value, "last_step": 0, "last_at": i, "logged": i * 100 + j}
    own = {"run_id": _id(i), "key": f"metric-{j}", "length": 1, "settled": 0, "started_at": i}
    return {**own, **last, "least": value, "greatest": value}


def _id(i: int) -> str:
    return f"{i * 2654435761 % 2**32:032x}"


def _writes(run_ids: Iterator[str]) -> dict[str, Callable[[Connection], object]]:
    """Return the small writes of a run's life, each of which does the next run or key."""
    new, ended, keys, ticks = list[str](), count(), count(), Ticks()

    def start(connection: Connection) -> None:
        new.append(next(run_ids))
        run = Run(id=new[-1], experiment="e3", name=None, status=RunStatus.RUNNING, started_at=1)
        runs.start(connection, NewRun(run=run))

    def param(connection: Connection) -> None:
        annotations.log_params(connection, new[0], {f"param-{next(keys)}": 0.001})

    def metric(connection: Connection) -> None:
        i = next(keys)
        points = prepare({"loss": Points([1 / (i + 1)], [i], [i])})
        append_one(connection, Append(new[0], points, None, ticks))

    def tag(connection: Connection) -> None:
        annotations.set_tag(connection, new[0], f"tag-{next(keys)}", "value")

    def end(connection: Connection) -> None:
        runs.end(connection, new[next(ended)], RunStatus.COMPLETED, error=None, at=2)

    return {"start": start, "param": param, "metric": metric, "tag": tag, "end": end}


def _micros(connection: Connection, call: Callable[[Connection], object], times: int) -> float:
    """Return the median of some rounds of the processor time of a call, in microseconds."""
    rounds: list[float] = []
    while len(rounds) < ROUNDS and sum(rounds) * times < ENOUGH:
        begin = time.thread_time_ns()
        for _ in range(times):
            call(connection)
        rounds.append((time.thread_time_ns() - begin) / times / 1_000)
    return statistics.median(rounds)


async def _measure(store: SqlStore, runs: int, series: int) -> None:
    await store.write(lambda c: fill(c, runs, series))
    calls: list[tuple[str, Any, Callable[[Connection], object], int]] = [
        (name, store.write, call, 40) for name, call in _writes(map(str, count())).items()
    ] + [(name, store.read, partial(list_runs, query=query), 3) for name, query in QUERIES.items()]
    for name, run, call, times in calls:
        micros = await run(partial(_micros, call=call, times=times))
        sys.stdout.write(f"  {name:28} {micros:10.0f} µs\n")
        sys.stdout.flush()


async def main() -> None:
    """Fill a new store, and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.store", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--series", type=int, default=5, help="of each run")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        async with StoreSqlite(path=Path(folder) / "c.db").chachaml_store() as store:
            assert isinstance(store, SqlStore)
            await _measure(store, given.runs, given.series)


if __name__ == "__main__":
    asyncio.run(main())
