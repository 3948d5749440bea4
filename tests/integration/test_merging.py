"""Merging: whatever is appended, merged, undone and cut off, a series reads to the bit the same."""

import asyncio
import itertools
import math
import struct
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from chachaml_kernel.domain.metrics import Points, Window
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.testing.builders import new_run
from chachaml_store_sql import SqlStore, runs
from chachaml_store_sql.schema import chunks, points, series, unsettled
from chachaml_store_sql.series import sealing
from chachaml_store_sql.series.append import MANY
from chachaml_store_sql.series.notes import note_ended
from chachaml_store_sql.series.sealing import Sealed
from chachaml_store_sql.series.segments import LENGTH
from chachaml_store_sqlite import StoreSqlite
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

MARKED: float = struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_0123))[0]
"""A NaN with bits of its own."""


@dataclass
class Logged:
    """What was acknowledged, with the values as bytes."""

    values: list[bytes] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    steps: list[int | None] = field(default_factory=list)

    def next(self, size: int, *, steps: bool, nan: float) -> Points:
        """Return points that go on behind these."""
        span = range(len(self.values), len(self.values) + size)
        values = [nan if i % 53 == 50 else -0.0 if i % 7 == 0 else i / 3 for i in span]
        times = [10**12 + 50 * i + i * i % 11 for i in span]
        return Points(values, times, [i // 2 for i in span] if steps else None)

    def add(self, new: Points) -> None:
        self.values += [struct.pack("<d", value) for value in new.values]
        self.times += new.times
        self.steps += new.steps or [None] * len(new)


async def read_all(store: SqlStore) -> Logged:
    logged = Logged()
    outline = await store.outline("r", "m", Window(), max_points=10**6)
    logged.add(outline.points)
    return logged


async def append(store: SqlStore, logged: Logged, size: int, *, steps: bool) -> None:
    """Log points; bits of a NaN are kept in chunks, and rows have but one NaN."""
    new = logged.next(size, steps=steps, nan=MARKED if size >= MANY else math.nan)
    await store.append_points("r", {"m": new})
    logged.add(new)


def put_and_fail(connection: Connection, sealed: Sealed) -> None:
    sealing.put_in_place(connection, sealed)
    raise KeyError("undone")


async def encode(store: SqlStore) -> Sealed:
    sealed = await store.read(lambda c: sealing.encode_next(c, 1))
    assert sealed is not None
    return sealed


async def seal_undone(store: SqlStore) -> None:
    """Put a chunk in place in a transaction that is rolled back."""
    sealed = await encode(store)
    with pytest.raises((KeyError, sealing.Overtaken)):
        await store.write(lambda c: put_and_fail(c, sealed))


async def end(store: SqlStore) -> None:
    """End the run and let it go on at once, in the middle of its upkeep."""
    await store.end_run("r", RunStatus.COMPLETED, error=None, at=1)
    await store.resume_run("r")


async def settle(store: SqlStore) -> None:
    await store.end_run("r", RunStatus.FAILED, error=None, at=1)
    await store.upkeep.idle.wait()
    await store.resume_run("r")


SIZES = (
    st.integers(1, 63) | st.integers(64, 400) | st.integers(900, 1_100) | st.integers(3_000, 9_000)
)
OPERATIONS = st.lists(
    st.tuples(st.just("append"), SIZES, st.booleans())
    | st.tuples(st.sampled_from(["end", "settle", "undo", "reopen"]), st.just(0), st.just(False)),
    max_size=14,
)
BESIDES = {"end": end, "settle": settle, "undo": seal_undone}


@given(operations=OPERATIONS)
@settings(max_examples=40)
def test_any_order_of_appends_merges_and_failures_reads_the_same(
    operations: list[tuple[str, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("series") / "chachaml.db"

    async def play() -> None:
        logged = Logged()
        opened = [
            list(part) for _, part in itertools.groupby(operations, lambda o: o[0] == "reopen")
        ]
        for number, part in enumerate([[("append", 1, True)], *opened]):
            async with StoreSqlite(path=path).chachaml_store() as store:
                assert isinstance(store, SqlStore)
                if number == 0:
                    await store.start_run(new_run("r"))
                for name, size, steps in part:
                    if name == "append":
                        await append(store, logged, size, steps=steps)
                    elif name != "reopen":
                        await BESIDES[name](store)
                assert await read_all(store) == logged

    asyncio.run(play())


async def stored(store: SqlStore) -> tuple[int, list[int], int, int]:
    """Return how many rows there are, the lengths of the chunks, what is settled and noted."""

    def look(connection: Connection) -> tuple[int, list[int], int, int]:
        rows = connection.execute(select(func.count()).select_from(points)).scalar_one()
        lengths = connection.execute(select(chunks.c.length).order_by(chunks.c.first_seq))
        settled = connection.execute(select(series.c.settled)).scalar_one()
        noted = connection.execute(select(func.count()).select_from(unsettled)).scalar_one()
        return rows, list(lengths.scalars()), settled, noted

    return await store.read(look)


async def logged_in_turn(store: SqlStore, sizes: list[int]) -> Logged:
    logged = Logged()
    await store.start_run(new_run("r"))
    for size in sizes:
        await append(store, logged, size, steps=True)
    await store.upkeep.idle.wait()
    return logged


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chachaml.db"


async def test_short_chunks_and_the_rows_between_them_are_merged_behind_the_writes(
    path: Path,
) -> None:
    async with StoreSqlite(path=path).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        logged = await logged_in_turn(store, [100, 5, 64] * 30)
        rows, lengths, settled, _ = await stored(store)
        assert lengths[0] == settled
        assert LENGTH - 100 < settled <= LENGTH
        assert rows + sum(lengths) == 5_070
        assert await read_all(store) == logged
        await settle(store)
        assert await stored(store) == (0, [settled, 5_070 - settled], settled, 0)
        assert await read_all(store) == logged


async def test_long_chunks_are_not_made_anew(path: Path) -> None:
    async with StoreSqlite(path=path).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await logged_in_turn(store, [1_000] * 30)
        await settle(store)
        assert (await stored(store))[:2] == (0, [1_000] * 30)


async def test_a_merge_is_overtaken_by_another_one_of_more_pieces(path: Path) -> None:
    async with StoreSqlite(path=path).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        logged = await logged_in_turn(store, [100, 100, 20])
        await store.write(lambda c: runs.end(c, "r", RunStatus.COMPLETED, error=None, at=1))
        early = await encode(store)
        await store.resume_run("r")
        await append(store, logged, 100, steps=True)
        await settle(store)
        with pytest.raises(sealing.Overtaken):
            await store.write(lambda c: sealing.put_in_place(c, early))
        assert (await stored(store))[:2] == (0, [320])
        assert await read_all(store) == logged


async def test_a_note_stays_where_a_run_ended_while_its_series_was_looked_at(path: Path) -> None:
    async with StoreSqlite(path=path).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await logged_in_turn(store, [100, 20])
        idle = await encode(store)
        assert idle.segment is None
        await store.write(lambda c: runs.end(c, "r", RunStatus.COMPLETED, error=None, at=1))
        await store.write(lambda c: note_ended(c, "r"))
        await store.write(lambda c: sealing.put_in_place(c, idle))
        assert (await stored(store))[3] == 1
    async with StoreSqlite(path=path).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        assert await stored(store) == (0, [120], 0, 0)
