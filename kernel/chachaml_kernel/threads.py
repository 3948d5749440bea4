"""Work on threads that is never abandoned half-way."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


async def finish_in(
    threads: Executor, work: Callable[[*Arguments], T], *arguments: *Arguments
) -> T:
    """Return what `work` returns or raise what it raises.

    A cancellation waits until `work` is done, so that what it works on can then be cleared away.
    """
    done = asyncio.get_running_loop().run_in_executor(threads, work, *arguments)
    cancellation: asyncio.CancelledError | None = None
    while not done.done():
        try:
            await asyncio.wait([done])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        raise cancellation from done.exception()
    return done.result()
