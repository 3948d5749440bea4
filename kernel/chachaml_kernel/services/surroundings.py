"""What services take from the machine: the time, and ids that nobody else has."""

import time
import uuid
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]
"""Returns the time in milliseconds since the Unix epoch, UTC."""

NewId: TypeAlias = Callable[[], str]
"""Returns 32 lower-case hex digits, each time others."""


def system_clock() -> int:
    """Return the time of this machine's clock."""
    return time.time_ns() // 1_000_000


def random_id() -> str:
    """Return a random id (RFC 9562, version 4) without its hyphens."""
    return uuid.uuid4().hex
