"""What services take from the machine: the time, and ids that nobody else has."""

import secrets
import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]
"""Returns the time in milliseconds since the Unix epoch, UTC."""

NewId: TypeAlias = Callable[[], str]
"""Returns 32 lower-case hex digits, each time others."""


def system_clock() -> int:
    """Return the time of this machine's clock."""
    return time.time_ns() // 1_000_000


def rising_id() -> str:
    """Return an id (RFC 9562, version 7) without its hyphens: later ones sort behind earlier ones.

    Within a millisecond they are in any order. So what belongs together lies together in the
    indexes of a store. 74 of its bits are random.
    """
    time_and_random = system_clock() << 80 | secrets.randbits(80)
    versioned = time_and_random & ~(0xF << 76) | 7 << 76
    return f"{versioned & ~(0b11 << 62) | 0b10 << 62:032x}"
