"""Results as they are kept: figures with all that they depend on, as JSON."""

import json
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from bench.figures import Figure
from bench.runner import Figures
from bench.workload import Row, Sizes

LATEST = Path(__file__).with_name("results") / "latest.json"


@dataclass(frozen=True, slots=True)
class Results:
    """Rows with their figures, and where, when and with what they were measured."""

    about: Mapping[str, Any]
    ours: Sequence[str]
    """Our server, first as it is installed if nothing else is asked for."""

    peers: Sequence[str]

    rows: Sequence[Row]
    figures: Figures
    notes: Sequence[str]

    def of(self, row: Row, target: str) -> Figure | None:
        """Return the figure of a target; of a peer also the one that it has instead in that row."""
        found = self.figures.get(row.name, {}).get(target)
        if found is None and row.against and target in self.peers:
            return self.figures.get(row.against, {}).get(target)
        return found

    def own(self, row: Row) -> Figure | None:
        """Return the figure of ours that peers stand against."""
        return next(filter(None, (self.of(row, target) for target in self.ours)), None)

    def save(self, file: Path) -> None:
        """Write it as JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        rows = [{**asdict(row), "figures": self._told(row)} for row in self.rows]
        told = {
            **{"about": self.about, "ours": self.ours, "peers": self.peers},
            **{"rows": rows, "notes": self.notes},
        }
        file.write_text(json.dumps(told, indent=1) + "\n")

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read what `save` wrote."""
        told = json.loads(file.read_text())
        figures = {
            row["name"]: {
                target: Figure(tuple(figure["values"]))
                for target, figure in row.pop("figures").items()
            }
            for row in told["rows"]
        }
        rows = [Row(**row) for row in told["rows"]]
        return cls(told["about"], told["ours"], told["peers"], rows, figures, told["notes"])

    def _told(self, row: Row) -> dict[str, object]:
        return {
            target: {
                "median": figure.median,
                "min": figure.low,
                "max": figure.high,
                "values": figure.values,
            }
            for target, figure in self.figures.get(row.name, {}).items()
        }


def about(sizes: Sizes, packages: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return what figures depend on; `packages` are the versions in each target's environment."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "sizes": asdict(sizes),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory_MiB": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20,
            "kernel": platform.release(),
            "load": os.getloadavg(),
        },
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": packages,
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
