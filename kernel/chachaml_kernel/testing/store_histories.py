"""What every store promises about reading a series a block at a time."""
# ruff: noqa: D102  the name of a test is its docstring

from collections.abc import AsyncIterator

import pytest

from chachaml_kernel.domain.metrics import Points, Window
from chachaml_kernel.errors import NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.reading import columns, joined, refused

MOST = 100_000
"""Points that a block may have, as "some tens of thousands" is read here."""
LONG = 120_000


def line(begin: int, end: int) -> Points:
    """Return points whose step, time and thrice their value are their position."""
    span = range(begin, end)
    return points(*(i / 3 for i in span), steps=list(span), times=list(span))


async def rest_of(blocks: AsyncIterator[Points]) -> list[Points]:
    """Return all blocks that still come."""
    return [block async for block in blocks]


@pytest.mark.asyncio
class HistorySuite:
    """A series comes in blocks, which make up the whole whatever happens between two of them."""

    async def test_a_long_series_comes_in_blocks_that_make_up_the_whole(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        sizes = [1, 700, 30, 40_000, 3, 2, 20_000, 499, *[1] * 60]
        sizes.append(LONG - sum(sizes))
        end = 0
        for size in sizes:
            end += size
            await store.append_points("r", {"m": line(end - size, end)})
        blocks = await rest_of(store.history("r", "m", Window()))
        assert max(map(len, blocks)) <= MOST
        assert columns(joined(blocks)) == columns(line(0, LONG))

    async def test_a_window_without_a_point_has_no_block(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": line(0, 5_000)})
        gap = points(1.0, 2.0, steps=[9_000, 9_100], times=[9_000, 9_100])
        await store.append_points("r", {"m": gap})
        for window in (
            Window("step", 20_000),
            Window("step", 9_001, 9_099),
            Window("time", 5_000, 5_001),
            Window("position", 5_002),
        ):
            assert await rest_of(store.history("r", "m", window)) == []

    async def test_points_that_are_logged_meanwhile_come_at_the_end_or_not_at_all(
        self, store: Store
    ) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": line(0, LONG)})
        found, end, sizes = [], LONG, [3, 1_000, 20_000, 5]
        async for block in store.history("r", "m", Window()):
            found.append(block)
            if sizes:
                size = sizes.pop()
                await store.append_points("r", {"m": line(end, end + size)})
                end += size
        whole = joined(found)
        assert LONG <= len(whole) <= end
        assert columns(whole) == columns(line(0, len(whole)))

    async def test_nothing_is_left_out_where_a_series_grows_as_its_end_is_read(
        self, store: Store
    ) -> None:
        await store.start_run(new_run("r"))
        found, end = [], 10
        await store.append_points("r", {"m": line(0, end)})
        async for block in store.history("r", "m", Window()):
            found.append(block)
            if end < LONG:
                await store.append_points("r", {"m": line(end, end + 50_000)})
                end += 50_000
        whole = joined(found)
        assert 10 <= len(whole) <= end
        assert columns(whole) == columns(line(0, len(whole)))

    async def test_a_run_that_is_deleted_while_it_is_read_is_not_found(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": line(0, LONG)})
        blocks = store.history("r", "m", Window())
        assert len(await anext(blocks)) < LONG
        await store.set_archived("r", archived=True)
        await store.delete_run("r")
        assert (await refused(rest_of(blocks), NotFound)).error == "no such run"

    async def test_what_cannot_be_read_is_said_at_the_first_block(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        missing, empty = store.history("x", "m", Window()), store.history("r", "m", Window())
        assert (await refused(rest_of(missing), NotFound)).error == "no such run"
        assert (await refused(rest_of(empty), NotFound)).error == "no such metric"
