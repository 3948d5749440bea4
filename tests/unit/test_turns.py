"""Long answers let other tasks have their turns."""

import asyncio
import math
from collections.abc import AsyncIterator
from functools import partial
from itertools import count as counter

import msgspec
import pytest
from chachaml_export_csv import CsvExporter
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.query import RunQuery
from chachaml_ui.api.wire.metrics import history_of, pieces_of_history
from msgspec.structs import replace

from tests.http.serving import kernel


async def turns_during(pieces: AsyncIterator[bytes]) -> tuple[int, bytes]:
    """Return how many turns another task had while `pieces` came, and what they are."""
    turns = counter()

    async def take_turns() -> None:
        while True:
            next(turns)
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    content = b"".join([piece async for piece in pieces])
    other.cancel()
    return next(turns), content


def series(length: int, *, steps: bool = True) -> Points:
    values = [i / 7 for i in range(length)]
    return Points(values, list(range(length)), list(range(length)) if steps else None)


async def test_others_have_turns_while_many_points_are_exported() -> None:
    served = kernel(exporter=CsvExporter())
    run = await served.runs.start(name="long")
    await served.metrics.append(run.id, {"loss": series(300_000)})
    export = await served.exports.export("metrics", RunQuery(), format="csv")
    turns, content = await turns_during(export.chunks)
    assert turns >= 100
    lines = content.decode().splitlines()
    assert len(lines) == 300_001
    assert lines[-1].split(",")[4:] == ["299999", "1970-01-01T00:04:59.999Z", "42857.0"]


async def test_others_have_turns_while_many_runs_are_exported() -> None:
    served = kernel(exporter=CsvExporter())
    for _ in range(1_000):
        await served.runs.start()
    export = await served.exports.export("runs", RunQuery(), format="csv")
    turns, content = await turns_during(export.chunks)
    assert turns >= 10
    assert content.count(b"\n") == 1_001


async def blocks_of(points: Points, *, size: int) -> AsyncIterator[Points]:
    for begin in range(0, len(points), size):
        yield points.span(begin, begin + size)


async def test_others_have_turns_while_a_long_series_becomes_json() -> None:
    points = series(300_000)
    blocks = partial(blocks_of, points, size=10_000)
    turns, content = await turns_during(pieces_of_history("loss", blocks))
    assert turns >= 80
    assert msgspec.json.decode(content)["points"]["value"] == points.values


@pytest.mark.parametrize("length", [1, 99, 100, 101, 300])
@pytest.mark.parametrize("steps", [True, False])
@pytest.mark.parametrize("count", [None, 1_000])
async def test_pieces_make_up_what_would_be_said_at_once(
    length: int, steps: bool, count: int | None
) -> None:
    points = replace(series(length, steps=steps), values=[math.nan, *map(float, range(1, length))])
    blocks = partial(blocks_of, points, size=100)
    _, content = await turns_during(pieces_of_history('[] "é" 0', blocks, count))
    assert content == msgspec.json.encode(history_of('[] "é" 0', points, count or length))


async def test_columns_have_one_length_though_points_come_meanwhile() -> None:
    lengths = iter([250, 301, 900])

    def blocks() -> AsyncIterator[Points]:
        return blocks_of(series(next(lengths)), size=100)

    _, content = await turns_during(pieces_of_history("loss", blocks))
    assert content == msgspec.json.encode(history_of("loss", series(250), 250))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1e308, 1e308], [1e308, 1e308]),
        ([math.inf, 1.0, -math.inf], ["Infinity", 1.0, "-Infinity"]),
        ([math.nan, -0.0], ["NaN", -0.0]),
    ],
)
async def test_what_json_cannot_say_becomes_words(values: list[float], said: list[object]) -> None:
    points = Points(values, [0] * len(values))
    blocks = partial(blocks_of, points, size=2)
    _, content = await turns_during(pieces_of_history("m", blocks))
    assert repr(msgspec.json.decode(content)["points"]["value"]) == repr(said)
