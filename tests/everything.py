"""A store with something of everything, and exports of it."""

import math
from pathlib import Path
from typing import Any

from chachaml_export_csv import CsvExporter
from chachaml_export_parquet import ParquetExporter
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.folders import open_folder
from chachaml_kernel.memory import MemoryStore

from tests.browser.logbook import bytes_of
from tests.http.serving import kernel

HOSTILE = (
    "2024",
    "2024-01-01",
    "null",
    "../../etc",
    "a/b=c %2F? *[x]{y} '\"#\\:^",
    "Ünïcödé 漢字 🏃",
    " blanks + plus ",
    "=1+1",
)
BOTH_FORMATS = "".join(
    f"[plugins.{name}]\n"
    for name in ("store_sqlite", "artifacts_fs", "export_csv", "export_parquet", "ui")
)
"""The configuration of a server that exports CSV and Parquet."""
VALUES = [0.5, math.nan, -math.inf, -0.0]


async def written_down() -> MemoryStore:
    """Return a store with a run in each hostile experiment, a model of each of the first two."""
    store = MemoryStore()
    served = kernel(store=store)
    for name in HOSTILE:
        run = await served.runs.start(name=f"run of {name}", experiment=name, tags={"k": name})
        await served.runs.log_params(run.id, {"lr": 0.1, "text": "0.1", "layers": [8, 8]})
        points = Points(VALUES, [1_000, 2_000, 3_000, 4_000], [0, 1, None, 3])
        await served.metrics.append(run.id, {"loss": points})
        await served.runs.add_dataset(run.id, Dataset(name="rows", n_rows=3, features={"a": 1}))
        await served.artifacts.upload(run.id, "m.bin", bytes_of(b"weights"))
        await served.runs.note(run.id, f"note of {name}")
        if name in HOSTILE[:2]:
            model = f"model of {name}"
            for _ in range(2):
                await served.models.register(model, run_id=run.id, artifact="m.bin")
            await served.models.set_stage(model, 1, stage_name="production", reason="best")
            await served.models.set_stage(model, 2, stage_name="production")
    await served.runs.archive(run.id)
    return store


async def export(store: MemoryStore, to: Path, format: str = "parquet", **options: Any) -> None:
    exporter = CsvExporter() if format == "csv" else ParquetExporter()
    exports = kernel(store=store, exporter=exporter).exports
    async with open_folder(str(to), {}) as folder:
        await exports.everything(folder, format=format, **options)


def files_of(folder: Path) -> list[str]:
    """Return the names of all files below a folder."""
    return sorted(it.relative_to(folder).as_posix() for it in folder.rglob("*") if it.is_file())
