"""How much memory and processor time another process takes, as Linux counts it."""

import os
from pathlib import Path

MEBIBYTE = 2**20


def resident(pid: int) -> float:
    """Return the resident memory of a process in MiB, shared pages included."""
    return _status(pid, "VmRSS") / 1024


def peak(pid: int) -> float:
    """Return the highest resident memory that a process has had, in MiB."""
    return _status(pid, "VmHWM") / 1024


def proportional(pid: int) -> float:
    """Return the memory of a process in MiB, pages shared with others counted in part (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no Pss of process {pid}")


def processor_seconds(pid: int) -> float:
    """Return the user and system time of a process in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(f"no {name} of process {pid}")
