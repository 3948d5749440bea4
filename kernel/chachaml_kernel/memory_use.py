"""What a process holds of memory that does nothing but serve."""

import gc
import sys
from collections.abc import Callable

M_MMAP_THRESHOLD = -3
"""The number of the parameter in `malloc.h` of the GNU C library; see mallopt(3)."""
LARGE = 2**20
"""Bytes. With a quarter of it, histories took a fifth longer to answer."""


def settle() -> None:
    """Look for garbage in what is made from now on alone; give back what is large when it is free.

    The GNU C library would keep large pieces too, after the first few, for the next to come: bodies
    of many points left 10 MB behind. Nothing changes where there is another C library.
    """
    gc.freeze()
    gc.enable()
    if set_parameter := _of_malloc("mallopt"):
        set_parameter(M_MMAP_THRESHOLD, LARGE)


def trim() -> None:
    """Give back to the system what the heap has free between pieces in use: see malloc_trim(3).

    Meanwhile other threads wait where they need the heap: some milliseconds, and 60 where 340 MB
    lie in pieces. Nothing happens where there is another C library.
    """
    if give_back := _of_malloc("malloc_trim"):
        give_back(0)


def _of_malloc(name: str) -> Callable[..., int] | None:
    """Return a function of the GNU C library, if that is what there is."""
    if sys.platform != "linux":
        return None
    import ctypes  # the start has no need of it

    return getattr(ctypes.CDLL(None), name, None)
