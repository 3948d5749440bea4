"""Progress and results as a person reads them: a bar on a terminal, plain lines elsewhere."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from chachaml_kernel.domain.keeping import Holdings, Progress, Tell

WIDTH = 24
"""Characters of a bar."""
PAUSE = 0.1
"""Seconds between two drawings of a bar."""
UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")


@dataclass(slots=True)
class Display:
    """What is told of progress, on one line that is drawn anew, or a line each tenth."""

    stream: TextIO
    drawing: bool
    clock: Callable[[], float] = time.monotonic
    what: str = ""
    began: float = 0.0
    drawn: float = 0.0
    tenth: int = -1
    _open: bool = field(default=False)

    def tell(self, progress: Progress) -> None:
        """Show how far it is."""
        if progress.total == 0:
            return
        if progress.what != self.what:
            self.close()
            self.what, self.began, self.drawn, self.tenth = progress.what, self.clock(), 0.0, -1
        if self.drawing:
            self._draw(progress)
        elif self.tenth < (tenth := progress.done * 10 // progress.total):
            self.tenth = tenth
            self._write(f"{self._text(progress)}\n")

    def close(self) -> None:
        """Leave what was drawn last, and go on below it."""
        if self._open:
            self._open = False
            self._write("\n")

    def _draw(self, progress: Progress) -> None:
        now, done = self.clock(), progress.done >= progress.total
        if now - self.drawn >= PAUSE or done:
            filled = WIDTH * progress.done // progress.total
            bar = f"[{'#' * filled}{'.' * (WIDTH - filled)}]"
            self.drawn, self._open = now, True
            self._write(f"\r{bar} {self._text(progress)}\x1b[K")

    def _text(self, progress: Progress) -> str:
        percent = progress.done * 100 // progress.total
        seconds = self.clock() - self.began
        rate = f", {progress.done / seconds:,.0f} a second" if seconds >= 1 else ""
        return f"{progress.what}: {percent} %, {progress.done:,} of {progress.total:,}{rate}"

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


@contextmanager
def progress_shown() -> Iterator[Tell]:
    """Show on stderr what is told within the block."""
    display = Display(sys.stderr, drawing=sys.stderr.isatty())
    try:
        yield display.tell
    finally:
        display.close()


def say(text: str) -> None:
    """Write a line to stdout at once; if nobody reads it, go on without."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes once more at its end, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def described(holdings: Holdings) -> str:
    """Return how much is held, in words."""
    return (
        f"{holdings.runs:,} runs, {holdings.points:,} points, "
        f"{holdings.artifacts:,} artifacts ({size(holdings.bytes)}), "
        f"{holdings.versions:,} versions of {holdings.models:,} models"
    )


def size(count: int) -> str:
    """Return a number of bytes in the unit that suits it, of 1,000 of the one before."""
    shown, unit = float(count), 0
    while shown >= 999.5 and unit + 1 < len(UNITS):
        shown, unit = shown / 1_000, unit + 1
    return f"{shown:.3g} {UNITS[unit]}" if unit else f"{count} bytes"
