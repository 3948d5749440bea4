"""The commands that move and keep what is stored, as processes of their own."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from chachaml_kernel.kernel import open_kernel
from chachaml_kernel.testing.store_keeping import everything

from tests.command import COMMAND, clean_environment, serving
from tests.integration.kept import fill, in_folder

OLD = 1_000_000_000
"""A time long ago, in seconds since the epoch."""


def command(folder: Path, *arguments: object, **environment: str) -> tuple[int, str, str]:
    """Run a command in a folder to its end; return its exit code and what it says."""
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        cwd=folder,
        env=clean_environment(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def filled(folder: Path, runs: int = 3) -> list[str]:
    """Make a tracker with some runs in a folder; return their ids."""

    async def make() -> list[str]:
        async with open_kernel(in_folder(folder)) as kernel:
            return await fill(kernel, runs)

    folder.mkdir()
    return asyncio.run(make())


def held(folder: Path) -> list[str]:
    """Return all that a tracker in a folder holds."""

    async def read() -> list[str]:
        async with open_kernel(in_folder(folder)) as kernel:
            return await everything(kernel.keeping.store)

    return asyncio.run(read())


def test_a_copy_says_what_it_copied_and_how_far_it_is(tmp_path: Path) -> None:
    filled(tmp_path / "a")
    (tmp_path / "b.toml").write_text(
        '[plugins.store_sqlite]\npath = "b/b.db"\n[plugins.artifacts_fs]\nfolder = "b/bytes"\n'
    )
    code, out, err = command(tmp_path, "copy", "--from", "a", "--to", "b.toml")
    assert code == 0, err
    assert re.fullmatch(
        r"copied: 3 runs, 15,003 points, 6 artifacts \(7\.68 MB\), 3 versions of 1 models\n"
        r"all compared, digest [0-9a-f]{64}\n",
        out,
    )
    assert "points copied: 100 %, 15,003 of 15,003" in err
    assert "\r" not in err


def test_a_copy_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    filled(tmp_path / "a", runs=110)
    (tmp_path / "b").mkdir()
    copying = [str(COMMAND), "copy", "--from", "a", "--to", "b"]
    with subprocess.Popen(copying, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if re.match(r"points copied: [1-9]\d %", line):
                process.kill()
                break
        assert process.wait() == -signal.SIGKILL
    assert held(tmp_path / "b") != held(tmp_path / "a")
    code, _, err = command(tmp_path, "copy", "--from", "a", "--to", "b")
    assert code == 2
    assert "the target is not empty" in err
    code, _, err = command(tmp_path, "copy", "--from", "a", "--to", "b", "--resume")
    assert code == 0, err
    assert held(tmp_path / "b") == held(tmp_path / "a")


def test_a_backup_of_a_running_server_is_one_state_that_can_be_served_and_restored(
    tmp_path: Path,
) -> None:
    filled(tmp_path / "a")
    ended = threading.Event()

    def log(url: str) -> None:
        with httpx.Client(base_url=url) as client:
            run = client.post("/api/w/runs", json={}).json()["id"]
            step = 0
            while not ended.is_set():
                logged = client.post(f"/api/w/runs/{run}/metrics", json={"a": step, "b": step})
                assert logged.is_success
                uploading = f"/api/w/runs/{run}/artifacts?name=last"
                bytes_type = {"Content-Type": "application/octet-stream"}
                assert client.post(uploading, content=b"%d" % step, headers=bytes_type).is_success
                step += 1

    with serving(tmp_path / "a") as server:
        logging = threading.Thread(target=log, args=(server.url,))
        logging.start()
        try:
            code, out, err = command(tmp_path / "a", "backup", "--to", "../b")
        finally:
            ended.set()
            logging.join()
    assert code == 0, err
    assert out.startswith("backed up: ")
    assert command(tmp_path, "verify", "--data", "b")[0] == 0
    manifest = json.loads((tmp_path / "b" / "backup.json").read_text())
    assert manifest["digest"] in out
    (tmp_path / "c").mkdir()
    code, out, err = command(tmp_path / "c", "restore", "--from", "../b")
    assert code == 0, err
    assert manifest["digest"] in out
    assert held(tmp_path / "c") == held(tmp_path / "b")
    with serving(tmp_path / "b") as server:
        runs = httpx.get(f"{server.url}/api/runs").json()
    assert len(runs) == manifest["holds"]["runs"]
    [logged] = [run["latest"] for run in runs if "b" in run["latest"]] or [{"a": 0, "b": 0}]
    assert logged["a"] == logged["b"]


SECRET = "postgresql://ada:s3cr3t@127.0.0.1:1/x"
REFUSED = {
    ("copy", "--from", "a", "--to", "full"): "the target is not empty: it holds 1 runs",
    ("copy", "--from", "full", "--to", "a", "--resume"): "is no copy of it that was broken off",
    ("copy", "--from", "a", "--to", "a"): "source and target are the same store",
    ("copy", "--from", "missing.toml", "--to", "b"): "cannot read the config file missing.toml",
    ("copy", "--from", "a", "--to", "missing.toml"): "cannot read the config file missing.toml",
    ("copy", "--from", "b", "--to", "a"): "the folder b holds no chachaml.db",
    ("copy", "--from", "empty", "--to", "b"): "the source holds nothing",
    ("copy", "--from", "newer", "--to", "b"): "schema revision '9999', which is newer than",
    ("copy", "--from", "a", "--to", "newer"): "schema revision '9999', which is newer than",
    ("copy", "--from", "a", "--to", "wrong.toml"): "cannot reach the PostgreSQL server",
    ("backup", "--data", "a", "--to", "full"): "full is not empty; name a new folder",
    ("restore", "--data", "b", "--from", "a"): "a is no whole backup: backup.json cannot be read",
    ("purge", "--data", "a", "--older-than", "0d"): "nobody is there to ask; give --yes",
}


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of trackers that are empty, full, newer and out of reach."""
    folder = tmp_path_factory.mktemp("refusing")
    for name, runs in {"a": 2, "full": 1, "empty": 0, "newer": 0}.items():
        if runs:
            filled(folder / name, runs)
        else:
            (folder / name).mkdir()
            assert command(folder, "verify", "--data", name)[0] == 0
    (folder / "b").mkdir()
    with closing(sqlite3.connect(folder / "newer" / "chachaml.db")) as database:
        database.execute("UPDATE chachaml_schema SET version_num = '9999'")
        database.commit()
    (folder / "wrong.toml").write_text(
        f'[plugins.store_postgres]\ndsn = "{SECRET}"\n[plugins.artifacts_fs]\n'
    )
    return folder


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_what_cannot_be_is_one_line_and_exit_code_2(
    refusing: Path, arguments: Sequence[str]
) -> None:
    before = held(refusing / "a"), held(refusing / "full")
    code, out, err = command(refusing, *arguments)
    assert (code, out) == (2, "")
    [line] = err.splitlines()
    assert line.startswith("chachaml-kernel: ")
    assert REFUSED[tuple(arguments)] in line
    assert "s3cr3t" not in line
    assert (held(refusing / "a"), held(refusing / "full")) == before
    assert list((refusing / "b").iterdir()) == []


@pytest.mark.parametrize("age", ["", "30", "x", "-3d"])
def test_what_is_no_age_is_bad_usage(tmp_path: Path, age: str) -> None:
    code, out, err = command(tmp_path, "archive", f"--older-than={age}")
    assert (code, out) == (2, "")
    assert "argument --older-than: " in err


def test_orphans_are_freed_once_they_are_old_and_nothing_else_is(tmp_path: Path) -> None:
    filled(tmp_path / "a")
    folder = tmp_path / "a" / "chachaml-artifacts"
    own = sorted(path for path in folder.rglob("*") if path.is_file())
    orphan, young = folder / ("0" * 32) / ("1" * 32), folder / ("0" * 32) / ("2" * 32)
    strangers = [folder / "notes" / "mine.txt", folder / "run" / "artifact", folder / "README"]
    for path in (orphan, young, *strangers):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * 1_000)
    for path in (orphan, *strangers, *own):
        os.utime(path, (OLD, OLD))
    said = command(tmp_path, "gc", "--data", "a", "--dry-run")
    line = "1 orphans would be freed, 1 KB; 0 unfinished uploads would be freed\n"
    assert said == (0, line, "")
    assert orphan.exists()
    said = command(tmp_path, "gc", "--data", "a")
    assert said == (0, "1 orphans freed, 1 KB; 0 unfinished uploads freed\n", "")
    assert not orphan.exists()
    assert all(path.exists() for path in (young, *strangers, *own))
    assert command(tmp_path, "gc", "--data", "a", "--older-than", "0s")[1].startswith("1 orphans")
    assert not young.exists()
    assert command(tmp_path, "verify", "--data", "a")[0] == 0


def test_old_runs_are_archived_and_purged_which_frees_what_they_took(tmp_path: Path) -> None:
    ids = filled(tmp_path / "a", runs=40)
    database, bytes_folder = tmp_path / "a" / "chachaml.db", tmp_path / "a" / "chachaml-artifacts"
    size = database.stat().st_size
    files = len(list(bytes_folder.rglob("*")))
    tracker = ("--data", "a")
    archive = ("archive", *tracker, "--older-than", "0s")
    assert command(tmp_path, *archive, "--experiment", "other")[1] == "0 runs archived\n"
    assert command(tmp_path, *archive, "--dry-run")[1] == "39 runs would be archived\n"
    assert command(tmp_path, "archive", *tracker, "--older-than", "1d")[1] == "0 runs archived\n"
    assert command(tmp_path, *archive)[1] == "39 runs archived\n"
    assert command(tmp_path, *archive)[1] == "0 runs archived\n"
    purge = ("purge", *tracker, "--older-than", "0s")
    said = command(tmp_path, *purge, "--dry-run")[1]
    assert said == "39 archived runs would be deleted for good\n"
    code, out, err = command(tmp_path, *purge, "--yes")
    assert code == 0, err
    assert out == "39 runs deleted for good, with 195,039 points and 195 bytes of artifacts\n"
    assert database.stat().st_size < size / 4
    assert len(list(bytes_folder.rglob("*"))) < files
    assert len(held(tmp_path / "a")) > 0
    assert command(tmp_path, "verify", *tracker)[0] == 0
    assert command(tmp_path, *purge, "--yes")[1] == "no archived run is that old\n"
    assert ids[-1] in "".join(held(tmp_path / "a"))


def test_faults_are_lines_and_exit_code_1(tmp_path: Path) -> None:
    [run_id] = filled(tmp_path / "a", runs=1)
    [*files] = (tmp_path / "a" / "chachaml-artifacts" / run_id).iterdir()
    files[0].unlink()
    code, out, _ = command(tmp_path, "verify", "--data", "a")
    assert code == 1
    first, last = out.splitlines()
    assert re.fullmatch(rf"artifact 'weights' \(\w+\) of run '{run_id}' has no bytes", first)
    assert last.startswith("1 faults in 1 runs, ")
