"""Copies of everything, between any two stores."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from chachaml_kernel.config import Config
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.keeping import Progress
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.errors import Conflict, Upstream
from chachaml_kernel.kernel import open_kernel
from chachaml_kernel.memory import MemoryArtifactStore
from chachaml_kernel.testing.store_keeping import everything

from tests.http.serving import kernel as kernel_on
from tests.integration.kept import LARGE, dsns, each, fill, ignored, in_folder, on_servers
from tests.servers.s3 import S3Server

__all__ = ["dsns"]
ALL = RunQuery(archived=None)


@pytest.fixture
def places(tmp_path: Path, dsns: list[str], s3: S3Server) -> dict[str, Config]:
    """Return two trackers of each kind, by name."""
    return {
        "files": in_folder(tmp_path / "a"),
        "other files": in_folder(tmp_path / "b"),
        "servers": on_servers(dsns[0], s3),
        "other servers": on_servers(dsns[1], s3),
    }


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("files", "other files"),
        ("files", "servers"),
        ("servers", "files"),
        ("servers", "other servers"),
    ],
)
async def test_everything_is_copied_between_any_two_stores(
    places: dict[str, Config], source: str, target: str
) -> None:
    async with open_kernel(places[source]) as kernel, open_kernel(places[target]) as other:
        ids = await fill(kernel)
        copied = await kernel.keeping.copy_to(other.keeping, tell=ignored)
        assert await everything(other.keeping.store) == await everything(kernel.keeping.store)
        assert copied.holdings == await kernel.keeping.holdings()
        assert (copied.holdings.runs, copied.holdings.points) == (3, 3 * 5_001)
        assert (copied.left_out, copied.faults) == (0, [])
        assert [fault async for fault in other.keeping.verify(tell=ignored)] == []
        first = (await other.models.get("m")).versions[-1].artifact
        async with other.artifacts.open(first) as chunks:
            assert b"".join([chunk async for chunk in chunks]) == LARGE
        # What goes on is the same tracker: a running run takes points, a retry is known.
        await other.runs.log_params(ids[-1], {"later": 1})
        with pytest.raises(Conflict, match="was used for another request"):
            await other.runs.tag(ids[0], "k", "v", once=Once("key", "another request"))


async def test_a_copy_has_the_digest_of_what_it_was_made_of(tmp_path: Path) -> None:
    async with (
        open_kernel(in_folder(tmp_path / "a")) as kernel,
        open_kernel(in_folder(tmp_path / "b")) as other,
        open_kernel(in_folder(tmp_path / "c")) as third,
    ):
        await fill(kernel)
        first = await kernel.keeping.copy_to(other.keeping, tell=ignored)
        second = await other.keeping.copy_to(third.keeping, tell=ignored)
        assert first.digest == second.digest
        await kernel.runs.start()
        third_time = await kernel.keeping.copy_to(other.keeping, resume=True, tell=ignored)
        assert third_time.digest != first.digest


async def test_a_target_that_is_not_empty_is_left_as_it_is(tmp_path: Path) -> None:
    async with (
        open_kernel(in_folder(tmp_path / "a")) as kernel,
        open_kernel(in_folder(tmp_path / "b")) as other,
    ):
        await fill(kernel, 1)
        await other.runs.start(name="theirs")
        before = await everything(other.keeping.store)
        for resume, said in ((False, "is not empty: it holds 1 runs"), (True, "is no copy of it")):
            with pytest.raises(Conflict, match=said):
                await kernel.keeping.copy_to(other.keeping, resume=resume, tell=ignored)
        assert await everything(other.keeping.store) == before


@pytest.mark.parametrize("target", ["other files", "servers"])
@pytest.mark.parametrize("what", ["points copied", "bytes of artifacts copied", "points compared"])
async def test_a_copy_that_was_broken_off_goes_on_where_it_was(
    places: dict[str, Config], target: str, what: str
) -> None:
    class BrokenOff(Exception):
        pass

    def break_off(progress: Progress) -> None:
        if progress.what == what and progress.done > 0:
            raise BrokenOff

    async with open_kernel(places["files"]) as kernel:
        await fill(kernel)
        async with open_kernel(places[target]) as other:
            with pytest.raises(BrokenOff):
                await kernel.keeping.copy_to(other.keeping, tell=break_off)
        async with open_kernel(places[target]) as other:
            told: list[Progress] = []
            await kernel.keeping.copy_to(other.keeping, resume=True, tell=told.append)
            assert await everything(other.keeping.store) == await everything(kernel.keeping.store)
            assert [fault async for fault in other.keeping.verify(tell=ignored)] == []
        again = sum(one.done for one in told if one.what == "points copied")
        assert again == 0, "runs that were copied whole are not copied again"


async def test_a_run_that_was_copied_in_part_is_copied_anew(tmp_path: Path) -> None:
    async with (
        open_kernel(in_folder(tmp_path / "a")) as kernel,
        open_kernel(in_folder(tmp_path / "b")) as other,
    ):
        await fill(kernel)
        await kernel.keeping.copy_to(other.keeping, tell=ignored)
        [*_, last] = (await kernel.runs.list(ALL)).rows
        await kernel.runs.resume(last.run.id)
        await kernel.runs.log_params(last.run.id, {"p": 1})
        await kernel.keeping.copy_to(other.keeping, resume=True, tell=ignored)
        assert await everything(other.keeping.store) == await everything(kernel.keeping.store)


class ReplacedWhenRead(MemoryArtifactStore):
    """Has something done before the first bytes are read."""

    def __init__(self) -> None:
        super().__init__()
        self.before_reading: Callable[[], Awaitable[object]] | None = None

    @asynccontextmanager
    async def open(
        self, key: str, *, offset: int = 0, length: int | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        before, self.before_reading = self.before_reading, None
        if before is not None:
            await before()
        async with super().open(key, offset=offset, length=length) as chunks:
            yield chunks


async def test_artifacts_that_are_deleted_meanwhile_are_left_out(tmp_path: Path) -> None:
    files = ReplacedWhenRead()
    kernel = kernel_on(artifact_store=files)
    async with open_kernel(in_folder(tmp_path)) as other:
        ids = await fill(kernel)
        files.before_reading = lambda: kernel.artifacts.upload(ids[-1], "weights", each(b"newest"))
        copied = await kernel.keeping.copy_to(other.keeping, tell=ignored)
        assert (copied.left_out, copied.faults) == (1, [])
        assert [fault async for fault in other.keeping.verify(tell=ignored)] == []
        assert (await other.runs.get(ids[-1])).artifacts == []


async def test_bytes_that_the_source_has_lost_are_told_of_and_the_rest_is_copied(
    tmp_path: Path,
) -> None:
    async with (
        open_kernel(in_folder(tmp_path / "a")) as kernel,
        open_kernel(in_folder(tmp_path / "b")) as other,
    ):
        ids = await fill(kernel)
        lost, changed = [(await kernel.runs.get(ids[n])).artifacts[0] for n in (0, 1)]
        folder = tmp_path / "a" / "chachaml-artifacts"
        (folder / ids[0] / lost.id).unlink()
        (folder / ids[1] / changed.id).write_bytes(b"other")
        copied = await kernel.keeping.copy_to(other.keeping, tell=ignored)
        assert sorted(copied.faults) == sorted(
            [
                f"artifact 'weights' ({lost.id}) of run {ids[0]!r} has no bytes in the source",
                f"artifact 'weights' ({changed.id}) of run {ids[1]!r} has other bytes in the "
                "source",
            ]
        )
        assert await everything(other.keeping.store) == await everything(kernel.keeping.store)
        again = await kernel.keeping.copy_to(other.keeping, resume=True, tell=ignored)
        assert sorted(again.faults) == sorted(copied.faults)


async def test_bytes_in_a_place_that_both_share_stay_there(tmp_path: Path) -> None:
    tables = {"store_sqlite": {"path": str(tmp_path / "b.db")}, "artifacts_fs": {}}
    async with (
        open_kernel(in_folder(tmp_path / "a")) as kernel,
        open_kernel(Config(plugins=tables, data=tmp_path / "a")) as other,
    ):
        await fill(kernel)
        files = {path: path.stat() for path in (tmp_path / "a").rglob("*") if len(path.name) == 32}
        copied = await kernel.keeping.copy_to(other.keeping, tell=ignored)
        assert copied.faults == []
        [changed, *_] = [path for path in files if path.is_file()]
        changed.write_bytes(b"other")
        copied = await kernel.keeping.copy_to(other.keeping, resume=True, tell=ignored)
        assert len(copied.faults) == 1
        assert {path: path.stat().st_ino for path in files} == {
            path: known.st_ino for path, known in files.items()
        }


async def test_a_target_that_somebody_else_writes_to_is_told_of(tmp_path: Path) -> None:
    async with (
        open_kernel(in_folder(tmp_path / "a")) as kernel,
        open_kernel(in_folder(tmp_path / "b")) as other,
    ):
        ids = await fill(kernel)
        writing: list[asyncio.Task[None]] = []

        def write(progress: Progress) -> None:
            if progress.what == "points copied" and progress.done == progress.total:
                writing.append(asyncio.create_task(other.runs.tag(ids[0], "x", "y")))

        with pytest.raises(Upstream, match=f"run '{ids[0]}' differs"):
            await kernel.keeping.copy_to(other.keeping, tell=write)
        await asyncio.gather(*writing)
