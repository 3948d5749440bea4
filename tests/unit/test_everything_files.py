"""The files of an export of everything: their sizes, what they replace, what failures leave."""

import asyncio
import csv
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from chachaml_export_csv import CsvExporter
from chachaml_kernel.domain.metrics import Points, Window
from chachaml_kernel.domain.runs import RunDetail
from chachaml_kernel.errors import ChachamlError, Conflict, Invalid, NotFound, Upstream
from chachaml_kernel.failures import alone
from chachaml_kernel.folders import open_folder
from chachaml_kernel.memory import MemoryStore
from chachaml_kernel.ports import Column
from chachaml_kernel.services.everything.files import Files, Written

from tests.everything import HOSTILE, export, files_of, written_down
from tests.http.serving import kernel


@pytest.fixture
async def store() -> MemoryStore:
    """Return a store with something of everything."""
    return await written_down()


async def numbers_in(folder: Path, *, batches: int, largest: int) -> Sequence[Written]:
    """Write batches of ten rows, of which each is four bytes as CSV; return which files."""
    async with open_folder(str(folder), {}) as place:
        files = Files(place, CsvExporter(), largest=largest)
        async with files.open({"t": [Column("n", "integer")]}) as tables:
            for begin in range(0, batches * 10, 10):
                await tables.put("t", [(10 + number % 90,) for number in range(begin, begin + 10)])
    return files.written


@pytest.mark.parametrize(("batches", "rows"), [(0, [0]), (1, [10]), (3, [30]), (4, [30, 10])])
async def test_a_file_ends_with_the_batch_that_makes_it_large(
    tmp_path: Path, batches: int, rows: list[int]
) -> None:
    written = await numbers_in(tmp_path, batches=batches, largest=100)
    assert [file.rows for file in written] == rows
    assert [file.name for file in written] == [f"t/part-0000{n}.csv" for n in range(len(rows))]
    assert [file.size for file in written] == [3 + 4 * count for count in rows]


async def test_no_row_is_lost_between_files(tmp_path: Path) -> None:
    await numbers_in(tmp_path, batches=9, largest=1)
    found: list[str] = []
    for name in files_of(tmp_path):
        with (tmp_path / name).open(newline="") as file:
            found += [row["n"] for row in csv.DictReader(file)]
    assert found == [str(10 + number % 90) for number in range(90)]


async def test_files_of_points_have_numbers_of_their_own(
    store: MemoryStore, tmp_path: Path
) -> None:
    """So on a disk that takes `A` and `a` for one folder, no file replaces another."""
    await export(store, tmp_path)
    names = sorted(it.name for it in (tmp_path / "points").glob("*/*"))
    assert len(names) == len(HOSTILE)
    assert all(before < after for before, after in pairwise(names))


async def test_what_is_there_stays_unless_it_may_go(store: MemoryStore, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(Conflict, match=r"'mine' is there.*--overwrite"):
        await export(store, tmp_path)
    assert files_of(tmp_path) == ["mine"]


async def test_an_earlier_export_is_replaced_and_nothing_else(
    store: MemoryStore, tmp_path: Path
) -> None:
    mine = ["models/mine.parquet", "points/mine", "runs/part-1.parquet"]
    for name in mine:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "runs" / ".killed.incoming").write_text("half of a file")
    await export(store, tmp_path, overwrite=True)
    await export(store, tmp_path, "csv", overwrite=True, experiment="2024")
    left = [name for name in files_of(tmp_path) if not name.endswith(".csv")]
    assert left == sorted([*mine, "_SUCCESS"])
    assert [it.name for it in (tmp_path / "points").iterdir() if it.is_dir()] == ["experiment=2024"]


@pytest.mark.parametrize(
    ("format", "experiment", "error"),
    [("xlsx", None, Invalid), ("parquet", "nowhere", NotFound)],
)
async def test_a_wrong_wish_changes_nothing(
    store: MemoryStore,
    tmp_path: Path,
    format: str,
    experiment: str | None,
    error: type[ChachamlError],
) -> None:
    await export(store, tmp_path)
    before = files_of(tmp_path)
    with pytest.raises(error):
        await export(store, tmp_path, format, experiment=experiment, overwrite=True)
    assert files_of(tmp_path) == before


class Forgetful(MemoryStore):
    """Has lost the run `gone` when it is read, and has no points of the run `going`."""

    async def get_run(self, run_id: str, *, headline: Sequence[str] = ()) -> RunDetail:
        detail = await super().get_run(run_id, headline=headline)
        if detail.run.name == "gone":
            raise NotFound("run", "it was deleted")
        return detail

    async def history(self, run_id: str, key: str, window: Window) -> AsyncIterator[Points]:
        if (await self.get_run(run_id)).run.name == "going":
            raise NotFound("run", "it was deleted")
        async for points in super().history(run_id, key, window):
            yield points


async def test_runs_that_are_deleted_meanwhile_are_left_out(tmp_path: Path) -> None:
    store = Forgetful()
    served = kernel(store=store)
    for name in ("gone", "going", "there"):
        run = await served.runs.start(name=name)
        await served.metrics.append(run.id, {"loss": Points([0.5], [1])})
    await export(store, tmp_path, "csv")
    runs = (tmp_path / "runs" / "part-00000.csv").read_text().splitlines()
    [points] = (tmp_path / "points").rglob("*.csv")
    assert (len(runs), len(points.read_text().splitlines())) == (3, 2)


class Failing(MemoryStore):
    """Cannot be reached when points are read."""

    async def history(self, run_id: str, key: str, window: Window) -> AsyncIterator[Points]:
        async for points in super().history(run_id, key, window):
            yield points
            raise Upstream("the database is away")


async def test_an_export_that_fails_leaves_whole_files_and_no_word_of_success(
    tmp_path: Path,
) -> None:
    store = Failing()
    await export(store, tmp_path)
    served = kernel(store=store)
    run = await served.runs.start()
    await served.metrics.append(run.id, {"loss": Points([0.5], [1])})
    with pytest.raises(Upstream, match="the database is away"), alone():
        await export(store, tmp_path, overwrite=True)
    assert files_of(tmp_path) == []


class Stuck(MemoryStore):
    """Says when points are read, and never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def history(self, run_id: str, key: str, window: Window) -> AsyncIterator[Points]:
        async for points in super().history(run_id, key, window):
            self.asked.set()
            await asyncio.Event().wait()
            yield points


@pytest.mark.parametrize("format", ["csv", "parquet"])
async def test_an_export_that_is_cancelled_leaves_nothing_half_written(
    tmp_path: Path, format: str
) -> None:
    store = Stuck()
    served = kernel(store=store)
    run = await served.runs.start()
    await served.metrics.append(run.id, {"loss": Points([0.5], [1])})
    exporting = asyncio.create_task(export(store, tmp_path, format))
    await store.asked.wait()
    exporting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await exporting
    assert files_of(tmp_path) == []


async def test_a_folder_that_is_a_file_is_told(store: MemoryStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Upstream, match="is a file, not a folder"):
        await export(store, tmp_path / "file")
