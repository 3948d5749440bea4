"""Outlines of long series: what they keep, and what they cost."""

import math
import tracemalloc

import pytest
from chachaml_kernel.domain.metrics import Points, Window, thin
from chachaml_kernel.testing.builders import new_run
from chachaml_kernel.testing.reading import history_of
from chachaml_store_sql import SqlStore
from chachaml_store_sql.schema import chunks
from chachaml_store_sql.series.lazy import Lazy
from chachaml_store_sql.series.segments import LENGTH
from sqlalchemy import update

from tests.integration.curves import curve, exact


@pytest.fixture
def store(sql_store: SqlStore) -> SqlStore:
    return sql_store


async def test_an_outline_of_many_chunks_has_their_peaks_and_all_of_the_count(
    store: SqlStore,
) -> None:
    await store.start_run(new_run("r"))
    logged = curve(0, 100_000)
    values = list(logged.values)
    values[77_777], values[12_345] = 50.0, -math.inf
    await store.append_points("r", {"m": Points(values, logged.times, logged.steps)})
    for window in (Window(), Window("time", 10**12 + 5_000, 10**12 + 95_000)):
        outline = await store.outline("r", "m", window, max_points=500)
        assert outline.count == len(await history_of(store, "r", "m", window))
        assert {50.0, -math.inf} <= set(outline.points.values)
        assert any(map(math.isnan, outline.points.values))
        assert 300 <= len(outline.points) <= 500
    exactly = await store.outline("r", "m", Window(), max_points=20_000)
    whole = await history_of(store, "r", "m")
    assert exact(exactly.points) == exact(thin(whole, 20_000))


async def test_an_outline_of_steps_that_recur_keeps_peaks_without_keeping_all_points(
    store: SqlStore,
) -> None:
    await store.start_run(new_run("r"))
    count = 400_000
    values = [i % 977 / 977 for i in range(count)]
    values[77_777], values[200_300], values[5_050] = 50.0, math.nan, -math.inf
    steps = [9_000 * (i // LENGTH % 7 == 3) + i % 1_000 for i in range(count)]
    steps[8 * LENGTH] = 9_000  # the ends of this chunk lie around the window, and no point within
    steps[8 * LENGTH + 1 : 9 * LENGTH] = [0] * (LENGTH - 1)
    logged = Points(values, list(range(count)), steps)
    await store.append_points("r", {"m": logged})
    window = Window("step", 20, 8_999)
    inside = [values[i] for i, step in enumerate(steps) if 20 <= step <= 8_999]
    tracemalloc.start()
    try:
        outline = await store.outline("r", "m", window, max_points=500)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12 * 2**20
    assert outline.count == len(inside)
    drawn = outline.points
    assert 250 <= len(drawn) <= 500
    assert (drawn.values[0], drawn.values[-1]) == (inside[0], inside[-1])
    assert {50.0, -math.inf} <= set(drawn.values)
    assert any(map(math.isnan, drawn.values))
    assert drawn.steps is not None
    assert all(step is not None and 20 <= step <= 8_999 for step in drawn.steps)


async def test_a_thin_outline_of_very_many_points_reads_nothing_of_their_chunks_but_the_peaks(
    store: SqlStore,
) -> None:
    await store.start_run(new_run("r"))
    logged = curve(0, 100_020)
    values = list(logged.values)
    values[77_777], values[12_345], values[60_010] = 50.0, -math.inf, 60.0
    logged = Points(values, logged.times, logged.steps)
    for begin, end in ((0, 60_000), (60_000, 60_020), (60_020, 100_020)):  # rows between chunks
        await store.append_points("r", {"m": logged.span(begin, end)})
    await store.write(lambda c: c.execute(update(chunks).values(outline=b"", points=b"")))
    outline = await store.outline("r", "m", Window(), max_points=100)
    drawn = outline.points
    assert outline.count == 100_020
    assert (drawn.times[0], drawn.times[-1]) == (logged.times[0], logged.times[-1])
    assert {50.0, -math.inf, 60.0} <= set(drawn.values)
    assert any(map(math.isnan, drawn.values))
    assert 60 <= len(drawn) <= 100
    places = list(map(logged.times.index, drawn.times))
    assert exact(drawn) == exact(logged.take(places))
    assert places == sorted(places)


async def test_an_outline_is_decoded_where_it_is_read(store: SqlStore) -> None:
    await store.start_run(new_run("r"))
    await store.append_points("r", {"m": curve(0, 10_000)})
    for max_points in (20, 50, 20_000):
        drawn = (await store.outline("r", "m", Window(), max_points=max_points)).points
        assert not any(isinstance(each, Lazy) for each in (drawn.values, drawn.times, drawn.steps))
