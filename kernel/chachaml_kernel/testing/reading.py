"""How the contract suites read: refusals, pages to their end, and numbers to the last bit."""

import math
import struct
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest
from msgspec.structs import replace

from chachaml_kernel.domain.metrics import Points, Window
from chachaml_kernel.domain.paging import Page, Position, decode_cursor, encode_cursor
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunRow
from chachaml_kernel.errors import ChachamlError
from chachaml_kernel.ports import Store

T = TypeVar("T")
E = TypeVar("E", bound=ChachamlError)
WHOLE = Window()


async def refused(call: Awaitable[object], kind: type[E]) -> E:
    """Await `call`, which must raise an error of `kind`, and return that."""
    with pytest.raises(kind) as caught:
        await call
    return caught.value


async def pages(fetch: Callable[[Position | None], Awaitable[Page[T]]]) -> list[Page[T]]:
    """Return all pages of a list, each position taken through the text of a cursor."""
    found = [await fetch(None)]
    while found[-1].next is not None:
        position = decode_cursor("", encode_cursor("", found[-1].next))
        found.append(await fetch(position))
        assert found[-1].rows, "a position was given after which no row comes"
        assert len(found) < 1_000, "this list has no end"
    return found


async def run_ids(store: Store, query: RunQuery) -> list[str]:
    """Return the ids of the first page of runs that `query` describes, in order."""
    return ids((await store.list_runs(query)).rows)


async def paged_run_ids(store: Store, query: RunQuery) -> list[str]:
    """Return the ids of all pages of runs that `query` describes, in order."""
    found = await pages(lambda after: store.list_runs(replace(query, after=after)))
    assert all(len(page.rows) == query.limit for page in found[:-1])
    return [run_id for page in found for run_id in ids(page.rows)]


def ids(rows: Sequence[RunRow]) -> list[str]:
    """Return the ids of `rows`, in order."""
    return [row.run.id for row in rows]


async def history_of(store: Store, run_id: str, key: str, window: Window = WHOLE) -> Points:
    """Return a series, or its window, in one piece."""
    return joined([block async for block in store.history(run_id, key, window)])


def joined(blocks: Sequence[Points]) -> Points:
    """Return the points of all blocks, each of which has one at least and columns of one length."""
    for block in blocks:
        assert len(block) > 0
        assert len(block.times) == len(block.steps or block.times) == len(block)
    no_steps = all(block.steps is None for block in blocks)
    return Points(
        [value for block in blocks for value in block.values],
        [time for block in blocks for time in block.times],
        None if no_steps else [step for block in blocks for step in columns(block)[2]],
    )


def bits(values: Sequence[float]) -> list[str]:
    """Return each value as a text that tells every double from every other, all NaNs alike."""
    return ["NaN" if math.isnan(value) else struct.pack(">d", value).hex() for value in values]


def columns(series: Points) -> tuple[list[str], list[int], list[int | None]]:
    """Return `series` as bits, times and steps that can be compared."""
    steps = series.steps if series.steps is not None else [None] * len(series)
    return bits(series.values), list(series.times), list(steps)
