"""The folder of any plugin that is not configured can be deleted, and the rest works."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.distributions import install

ROOT = Path(__file__).parents[2]
PLUGINS = ("store_sql", "store_sqlite", "artifacts_fs", "export_csv", "ui")

SPARE = """
from contextlib import nullcontext
from dataclasses import dataclass
from chachaml_kernel import hookimpl
from chachaml_kernel.memory import MemoryArtifactStore, MemoryStore

@dataclass(frozen=True)
class SpareStore:
    @hookimpl
    def chachaml_store(self):
        return nullcontext(MemoryStore())

@dataclass(frozen=True)
class SpareArtifacts:
    @hookimpl
    def chachaml_artifact_store(self):
        return nullcontext(MemoryArtifactStore())
"""

LOG_A_RUN = """
import asyncio, os, sys
from pathlib import Path
from chachaml_kernel.config import load_config
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.kernel import open_parts
from chachaml_kernel.plugins import load

async def chunks():
    yield b"bytes"

async def main():
    config = load_config(file=Path("c.toml"), env={})
    parts = load(config)
    async with open_parts(parts, config) as kernel:
        run = await kernel.runs.start()
        await kernel.metrics.append(run.id, {"loss": Points([0.5], [1])})
        await kernel.artifacts.upload(run.id, "model", chunks())
        [row] = (await kernel.runs.list(RunQuery())).rows
        print(row.latest, sorted(parts.exporters), sorted(parts.frontends))

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("deleted", "configured"),
    [
        ({"export_csv"}, "store_sqlite artifacts_fs ui"),
        ({"ui"}, "store_sqlite artifacts_fs export_csv"),
        ({"artifacts_fs"}, "store_sqlite spare_artifacts export_csv ui"),
        ({"store_sqlite"}, "spare_store artifacts_fs export_csv ui"),
        ({"store_sqlite", "store_sql"}, "spare_store artifacts_fs export_csv ui"),
        (set(PLUGINS), "spare_store spare_artifacts"),
    ],
    ids=lambda value: " ".join(sorted(value)) if isinstance(value, set) else "",
)
def test_the_rest_works_without(deleted: set[str], configured: str, tmp_path: Path) -> None:
    install(
        tmp_path,
        "spare",
        plugins={"spare_store": "spare:SpareStore", "spare_artifacts": "spare:SpareArtifacts"},
        modules={"spare": SPARE},
    )
    names = configured.split()
    (tmp_path / "c.toml").write_text("".join(f"[plugins.{name}]\n" for name in names))
    left = [ROOT / "plugins" / name for name in PLUGINS if name not in deleted]
    places = [tmp_path, ROOT / "kernel", *left, sysconfig.get_path("purelib")]
    done = subprocess.run(
        # -S: the links of an editable installation would bring the deleted folders back.
        [sys.executable, "-S", "-c", LOG_A_RUN],
        cwd=tmp_path,
        env={"PYTHONPATH": os.pathsep.join(map(str, places))},
        capture_output=True,
        text=True,
        check=False,
    )
    exporters = ["csv"] if "export_csv" in names else []
    frontends = ["ui"] if "ui" in names else []
    assert (done.stdout, done.stderr) == (f"{{'loss': 0.5}} {exporters} {frontends}\n", "")
