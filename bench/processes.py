"""What a process and its children take, as Linux counts it, and ending them all."""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

MEBIBYTE = 2**20
TICK = 1 / os.sysconf("SC_CLK_TCK")
IDLE = 8.0
"""Seconds without work after which a server is idle."""


def family(leader: int) -> list[int]:
    """Return the processes of the session that `leader` leads, itself included."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            session, state = int(fields[3]), fields[0]
            if session == leader and state not in "ZX":
                found.append(int(folder.name))
    return found


def proportional(leader: int) -> float:
    """Return the memory of a session in MiB, what is shared with others counted in part (PSS)."""
    return sum(pss_of(_read(f"/proc/{pid}/smaps_rollup")) for pid in family(leader))


def pss_of(smaps: str) -> float:
    """Return the MiB that one or more `smaps` or `smaps_rollup` say under `Pss:`."""
    lines = (line.split() for line in smaps.splitlines() if line.startswith("Pss:"))
    return sum(int(fields[1]) for fields in lines) / 1024


def resident(leader: int) -> float:
    """Return the resident memory of a session in MiB; what they share is counted repeatedly."""
    return sum(_status(_read(f"/proc/{pid}/status"), "VmRSS") for pid in family(leader))


def peak(leader: int) -> float:
    """Return the sum of the highest resident memory that each process has had, in MiB."""
    return sum(_status(_read(f"/proc/{pid}/status"), "VmHWM") for pid in family(leader))


def forget_peak(leader: int) -> None:
    """Let `peak` count from now on."""
    for pid in family(leader):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def processor_seconds(leader: int) -> float:
    """Return the user and system time of a session's processes so far."""
    return sum(
        (int(fields[11]) + int(fields[12])) * TICK
        for pid in family(leader)
        if (fields := _stat(pid))
    )


def pause(leader: int) -> None:
    """Stop a session, so that it takes nothing from others, until `resume`."""
    _signal(family(leader), signal.SIGSTOP)


def resume(leader: int) -> None:
    """Let a session go on."""
    _signal(family(leader), signal.SIGCONT)


def settle(leader: int, *, calm: float = 1.0, longest: float = 20.0) -> None:
    """Return when the processes have done next to nothing in each of `calm` seconds.

    After `longest` seconds it returns anyway, since some servers are never idle.
    """
    deadline = time.monotonic() + longest
    so_far = 0.0
    while so_far < calm and time.monotonic() < deadline:
        before = processor_seconds(leader)
        time.sleep(1.0)
        is_calm = processor_seconds(leader) - before < 0.05
        so_far = so_far + 1.0 if is_calm else 0.0


def end(leader: int, *, patience: float = 10.0) -> None:
    """End a session: ask its processes to, and kill what is left after `patience` seconds."""
    deadline = time.monotonic() + patience
    _signal(family(leader), signal.SIGTERM)
    resume(leader)  # what is stopped would not hear of it
    while left := family(leader):
        if time.monotonic() > deadline:
            _signal(left, signal.SIGKILL)
        time.sleep(0.02)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _stat(pid: int) -> list[str]:
    """Return the fields of a process from its state on, none if it is gone."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _status(status: str, name: str) -> float:
    for line in status.splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""  # it ended meanwhile
