"""Artifacts in a folder: writers that are killed, short of space, or without rights."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from chachaml_kernel.errors import NotFound

from tests.integration.artifact_folder import files, names, opened, read

WRITER = """
import asyncio, sys
from pathlib import Path
from chachaml_artifacts_fs import ArtifactsFs

async def chunks():
    yield bytes(3 * 2**20)
    print("half-way", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    yield bytes(2**20)

async def main():
    async with ArtifactsFs(Path(sys.argv[1])).chachaml_artifact_store() as store:
        print(await store.write("run/artifact", chunks()), flush=True)

asyncio.run(main())
"""

WRITER_WITHOUT_SPACE = """
import asyncio, resource, sys
from pathlib import Path
from chachaml_artifacts_fs import ArtifactsFs
from chachaml_kernel.errors import Upstream

async def chunks():
    for _ in range(int(sys.argv[3])):
        yield bytes(2**20)

async def main():
    async with ArtifactsFs(Path(sys.argv[1])).chachaml_artifact_store() as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
        for attempt in (store.write("run/artifact", chunks()), store.ping()):
            try:
                await attempt
            except Upstream as error:
                print("Upstream:", error.detail)
            else:
                print("fine")

asyncio.run(main())
"""

OPENER_WITHOUT_RIGHTS = """
import asyncio, os, sys
from pathlib import Path
from chachaml_artifacts_fs import ArtifactsFs
from chachaml_kernel.errors import ConfigError

async def main():
    try:
        await ArtifactsFs(Path("artifacts")).chachaml_artifact_store().__aenter__()
    except ConfigError as error:
        print("ConfigError:", error.detail)

os.chdir(sys.argv[1])
if os.geteuid() == 0:  # whom permissions do not hold back
    os.seteuid(65534)
asyncio.run(main())
"""


async def test_a_killed_writer_leaves_nothing_once_the_folder_is_opened_again(
    tmp_path: Path,
) -> None:
    with writing_half_way(tmp_path) as writer:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    [broken] = files(tmp_path)
    assert broken.stat().st_size >= 2**20
    async with opened(tmp_path) as store:
        assert files(tmp_path) == []
        assert not (tmp_path / "run").exists()
        with pytest.raises(NotFound):
            await read(store, "run/artifact")


async def test_a_server_that_opens_leaves_what_another_one_writes(tmp_path: Path) -> None:
    with writing_half_way(tmp_path) as writer:
        async with opened(tmp_path) as store:
            assert len(files(tmp_path)) == 1
            with pytest.raises(NotFound):
                await read(store, "run/artifact")
            said, _ = writer.communicate("go on\n")
            assert "size=4194304" in said
            assert await read(store, "run/artifact") == bytes(4 * 2**20)


@pytest.mark.parametrize(("limit", "mebibytes"), [(2_500_000, 4), (500_000, 1), (0, 1)])
def test_a_disk_without_space_is_told_and_keeps_nothing(
    tmp_path: Path, limit: int, mebibytes: int
) -> None:
    said = python(WRITER_WITHOUT_SPACE, tmp_path, limit, mebibytes).communicate()[0].splitlines()
    assert said[0].startswith(f"Upstream: the folder of artifacts {tmp_path} fails: File too large")
    assert said[1].startswith("Upstream" if limit == 0 else "fine")
    assert names(tmp_path) == [".incoming"]
    assert files(tmp_path) == []


def test_a_folder_that_may_not_be_written_to_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "artifacts" / ".incoming").mkdir(parents=True)
    (tmp_path / "artifacts" / ".incoming").chmod(0o555)
    tmp_path.chmod(0o755)
    [said] = python(OPENER_WITHOUT_RIGHTS, tmp_path).communicate()[0].splitlines()
    assert said.startswith("ConfigError: artifacts cannot be kept in the folder artifacts: ")
    assert "Permission denied" in said


@contextmanager
def writing_half_way(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a writer, of which three of four mebibytes are written and which waits for a line."""
    with python(WRITER, folder) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "half-way\n"
            yield writer
        finally:
            writer.kill()


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
