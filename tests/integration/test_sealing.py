"""Sealing: which rows become chunks, and when."""

from functools import partial
from pathlib import Path

import pytest
from chachaml_kernel.domain.metrics import Window
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.testing.builders import new_run
from chachaml_kernel.testing.reading import history_of
from chachaml_store_sql import SqlStore, runs
from chachaml_store_sql.schema import chunks, points, series
from chachaml_store_sql.series import sealing
from chachaml_store_sql.series.notes import note_ended
from chachaml_store_sql.series.read import find_series
from chachaml_store_sql.series.sealing import Sealed
from chachaml_store_sql.series.segments import LENGTH
from chachaml_store_sqlite import StoreSqlite
from sqlalchemy import Connection, func, select, text, update

from tests.integration.curves import curve, exact


@pytest.fixture
def store(sql_store: SqlStore) -> SqlStore:
    return sql_store


async def encoded(store: SqlStore) -> Sealed | None:
    """Return the next chunk of the series of the run `r`."""
    return await store.read(lambda c: sealing.encode_next(c, find_series(c, "r", "m")))


async def stored(store: SqlStore) -> tuple[int, int]:
    """Return how many rows and how many chunks there are."""

    def count(connection: Connection) -> tuple[int, int]:
        rows, blobs = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (points, chunks)
        )
        return rows, blobs

    return await store.read(count)


async def log_a_group(store: SqlStore, run_id: str, begin: int = 0) -> None:
    """Log rows and a chunk that no others can join, and keep upkeep from knowing."""
    await store.start_run(new_run(run_id))
    await store.append_points(run_id, {"m": curve(begin, begin + 50)})
    await store.append_points(run_id, {"m": curve(begin + 50, begin + 150)})
    await store.write(lambda c: runs.end(c, run_id, RunStatus.COMPLETED, error=None, at=1))


async def test_rows_that_have_gathered_become_a_chunk_behind_the_writes(store: SqlStore) -> None:
    await store.start_run(new_run("r"))
    for begin in range(0, LENGTH + 64, 40):
        await store.append_points("r", {"m": curve(begin, begin + 40)})
    await store.upkeep.idle.wait()
    assert await stored(store) == (64, 1)
    assert exact(await history_of(store, "r", "m")) == exact(curve(0, LENGTH + 64))


async def test_the_end_of_a_run_seals_its_short_series(store: SqlStore) -> None:
    await store.start_run(new_run("r"))
    for begin in range(0, 300, 10):
        await store.append_points(
            "r", {"m": curve(begin, begin + 10), "one": curve(begin, begin + 1)}
        )
    await store.append_points("r", {"tiny": curve(0, 3)})
    await store.end_run("r", RunStatus.COMPLETED, error=None, at=1)
    await store.upkeep.idle.wait()
    assert await stored(store) == (3, 2)
    assert exact(await history_of(store, "r", "m")) == exact(curve(0, 300))


async def test_many_points_at_once_are_chunks_from_the_start(store: SqlStore) -> None:
    await store.start_run(new_run("r"))
    await store.append_points("r", {"m": curve(0, 10_000)})
    await store.append_points("r", {"m": curve(10_000, 10_030)})
    await store.append_points("r", {"m": curve(10_030, 11_030)})
    await store.upkeep.idle.wait()
    assert (await stored(store))[1] >= 4
    assert exact(await history_of(store, "r", "m")) == exact(curve(0, 11_030))
    for window in (
        Window("step", 4_000, 10_050),
        Window("time", 10**12 + 4_000, 10**12 + 10_050),
        Window("position", 4_000, 10_050),
    ):
        assert exact(await history_of(store, "r", "m", window)) == exact(curve(4_000, 10_051))


async def test_two_that_seal_the_same_rows_make_one_chunk(store: SqlStore) -> None:
    await log_a_group(store, "r")
    first, second = [await encoded(store) for _ in range(2)]
    assert first is not None
    assert second is not None
    await store.write(lambda c: sealing.put_in_place(c, first))
    with pytest.raises(sealing.Overtaken):
        await store.write(lambda c: sealing.put_in_place(c, second))
    assert exact(await history_of(store, "r", "m")) == exact(curve(0, 150))
    assert await stored(store) == (0, 1)


async def test_a_chunk_of_a_deleted_run_takes_no_place_in_the_next_one(store: SqlStore) -> None:
    await log_a_group(store, "r")
    sealed = await encoded(store)
    assert sealed is not None
    await store.set_archived("r", archived=True)
    await store.delete_run("r")
    await store.upkeep.idle.wait()
    assert await stored(store) == (0, 0)
    await log_a_group(store, "next", begin=7_000)
    with pytest.raises(sealing.Overtaken):
        await store.write(lambda c: sealing.put_in_place(c, sealed))
    assert exact(await history_of(store, "next", "m")) == exact(curve(7_000, 7_150))


async def test_few_rows_between_chunks_do_not_keep_later_ones_from_being_sealed(
    store: SqlStore,
) -> None:
    await store.start_run(new_run("r"))
    for begin in range(0, 5_030, 503):
        await store.append_points("r", {"m": curve(begin, begin + 3)})
        await store.append_points("r", {"m": curve(begin + 3, begin + 503)})
    await store.append_points("r", {"m": curve(5_030, 5_130)})
    await store.end_run("r", RunStatus.COMPLETED, error=None, at=1)
    await store.upkeep.idle.wait()
    assert (await stored(store))[0] == 0
    assert exact(await history_of(store, "r", "m")) == exact(curve(0, 5_130))


async def test_chunks_are_put_in_place_in_the_order_in_which_appends_take_their_series(
    store: SqlStore,
) -> None:
    both = {key: curve(0, 150) for key in ("late", "early")}
    for run_id in ("b", "a"):
        await store.start_run(new_run(run_id))
        await store.append_points(run_id, both)
    ids = await store.read(lambda c: list(c.execute(select(series.c.id)).scalars()))

    def order(connection: Connection) -> list[tuple[str, str]]:
        found = [sealing.encode_next(connection, series_id) for series_id in ids]
        ordered = sealing.in_order(connection, [one for one in found if one is not None])
        return [(one.state.run_id, one.state.key) for one in ordered]

    in_order = [("a", "early"), ("a", "late"), ("b", "early"), ("b", "late")]
    assert await store.write(order) == in_order
    ids.reverse()
    assert await store.write(order) == in_order


async def test_a_run_that_goes_on_keeps_its_last_rows(store: SqlStore) -> None:
    await store.start_run(new_run("r"))
    await store.append_points("r", {"m": curve(0, 50)})
    sealed = await encoded(store)
    assert sealed is not None
    assert sealed.segment is None


async def test_what_a_server_left_is_sealed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "chachaml.db"
    async with StoreSqlite(path=path).chachaml_store() as store:
        for number in range(120):
            await store.start_run(new_run(f"r{number}"))
            await store.append_points(f"r{number}", {"m": curve(0, 50)})
            await store.append_points(f"r{number}", {"m": curve(50, 150)})
            await store.end_run(f"r{number}", RunStatus.COMPLETED, error=None, at=1)
    async with StoreSqlite(path=path).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        assert await stored(store) == (0, 120)


async def test_upkeep_goes_on_after_an_error_that_nobody_foresaw(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    await store.upkeep.idle.wait()
    await store.write(lambda c: c.execute(text("ALTER TABLE chunks RENAME TO hidden")) and None)
    await store.start_run(new_run("r"))
    await store.append_points("r", {"m": curve(0, 50)})
    await store.end_run("r", RunStatus.COMPLETED, error=None, at=1)
    await store.upkeep.idle.wait()
    assert "upkeep of the store failed" in caplog.text
    await store.write(lambda c: c.execute(text("ALTER TABLE hidden RENAME TO chunks")) and None)
    await store.end_run("r", RunStatus.COMPLETED, error=None, at=1)
    await store.upkeep.idle.wait()
    assert await stored(store) == (0, 1)


async def test_a_series_that_cannot_be_read_keeps_no_other_one_from_being_sealed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "chachaml.db"
    runs_of = [f"r{number}" for number in range(6)]
    async with StoreSqlite(path=path).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        for run_id in runs_of:
            await log_a_group(store, run_id)
            await store.write(partial(note_ended, run_id=run_id))
        fourth = select(series.c.id).where(series.c.run_id == "r3").scalar_subquery()
        damaged = update(chunks).where(chunks.c.series_id == fourth).values(points=b"damaged")
        await store.write(lambda c: c.execute(damaged) and None)
    async with StoreSqlite(path=path).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        assert await stored(store) == (50, 6)
    assert caplog.text.count("upkeep of the store failed") == 1
