"""Long answers let other tasks have their turns."""

import asyncio
import math
from collections.abc import AsyncIterator
from itertools import count

import msgspec
import pytest
from chachaml_export_csv import CsvExporter
from chachaml_kernel.domain.metrics import Outline, Points
from chachaml_kernel.domain.query import RunQuery
from chachaml_ui.api.wire_metrics import SLICE, from_outline, pieces_of_outline

from tests.http.serving import kernel


async def turns_during(pieces: AsyncIterator[bytes]) -> tuple[int, bytes]:
    """Return how many turns another task had while `pieces` came, and what they are."""
    turns = count()

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


async def test_others_have_turns_while_a_long_series_becomes_json() -> None:
    points = series(300_000)
    turns, content = await turns_during(pieces_of_outline("loss", Outline(300_000, points)))
    assert turns >= 90
    assert msgspec.json.decode(content)["points"]["value"] == points.values


@pytest.mark.parametrize("length", [1, SLICE - 1, SLICE, SLICE + 1, 3 * SLICE])
@pytest.mark.parametrize("steps", [True, False])
async def test_pieces_make_up_what_would_be_said_at_once(length: int, steps: bool) -> None:
    points = series(length, steps=steps)
    outline = Outline(
        length + 5, Points([math.nan, *points.values[1:]], points.times, points.steps)
    )
    _, content = await turns_during(pieces_of_outline('[] "é"', outline))
    assert content == msgspec.json.encode(from_outline('[] "é"', outline))
