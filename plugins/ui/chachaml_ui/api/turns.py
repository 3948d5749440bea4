"""Long bodies are read on a thread, so that other requests get their turns meanwhile."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MUCH = 64 * 1024
"""A body of so many bytes would hold the event loop up for too long."""


async def in_turns(size: int, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `read` returns or raise what it raises; on a thread if it reads `MUCH` bytes."""
    if size < MUCH:
        return read(*args, **kwargs)
    return await asyncio.to_thread(read, *args, **kwargs)
