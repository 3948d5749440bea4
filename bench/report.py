"""What a measurement returns, and how it is shown and kept."""

import json
import os
import platform
import sqlite3
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True, slots=True)
class Result:
    """One measurement: what was done, and its figures with their units in their names."""

    name: str
    what: str
    figures: Mapping[str, float | int | str]


def spread(name: str, values: Sequence[float]) -> dict[str, float]:
    """Return median, least and greatest of repeated values."""
    return {
        f"{name}_median": round(statistics.median(values), 4),
        f"{name}_min": round(min(values), 4),
        f"{name}_max": round(max(values), 4),
    }


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the ordered values lie (nearest rank)."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> dict[str, str | int]:
    """Return what the figures depend on."""
    return {
        "cores": os.cpu_count() or 0,
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "aiohttp": version("aiohttp"),
        "chachaml-kernel": version("chachaml-kernel"),
        "load_average": " ".join(f"{load:.1f}" for load in os.getloadavg()),
    }


def show(result: Result) -> None:
    """Print a measurement, and keep it as JSON beside the machine that it was made on."""
    sys.stdout.write(f"\n{result.name}: {result.what}\n")
    for name, value in result.figures.items():
        sys.stdout.write(f"  {name:28} {value}\n")
    sys.stdout.flush()
    RESULTS.mkdir(exist_ok=True)
    kept = {"what": result.what, "figures": dict(result.figures), "machine": machine()}
    (RESULTS / f"{result.name}.json").write_text(json.dumps(kept, indent=2) + "\n")
