"""What a process holds of memory that does nothing but serve."""

import gc
import sys

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
    if sys.platform == "linux":
        import ctypes  # the start has no need of it

        if set_parameter := getattr(ctypes.CDLL(None), "mallopt", None):
            set_parameter(M_MMAP_THRESHOLD, LARGE)
