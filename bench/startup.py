"""How soon the command is ready, and what it holds when idle."""

import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import proportional, resident
from bench.report import Result, spread
from tests.command import serving

REPEATS = 7


def measure() -> Result:
    """Start the command on a new and on an existing database, until `/readyz` says 200."""
    new, known, memory, shared = [], [], [], []
    with TemporaryDirectory() as folder:
        _until_ready(Path(folder))  # warms the disk
    for _ in range(REPEATS):
        with TemporaryDirectory() as folder:
            new.append(_until_ready(Path(folder))[0])
            seconds, rss, pss = _until_ready(Path(folder))
            known.append(seconds)
            memory.append(rss)
            shared.append(pss)
    return Result(
        "startup",
        f"process start to the first 200 of /readyz; memory then; {REPEATS} times each",
        {
            **spread("new_database_s", new),
            **spread("existing_database_s", known),
            **spread("resident_MiB", memory),
            **spread("proportional_MiB", shared),
        },
    )


def _until_ready(folder: Path) -> tuple[float, float, float]:
    begin = time.perf_counter()
    with serving(folder) as server:
        with urllib.request.urlopen(f"{server.url}/readyz") as answer:
            assert answer.status == 200
        seconds = time.perf_counter() - begin
        pid = server.process.pid
        return seconds, resident(pid), proportional(pid)
