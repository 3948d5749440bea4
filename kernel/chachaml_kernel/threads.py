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
    return await finish(asyncio.get_running_loop().run_in_executor(threads, work, *arguments))


async def finish(begun: asyncio.Future[T]) -> T:
    """Return or raise what work that was begun on a thread does; see `finish_in`."""
    cancellation: asyncio.CancelledError | None = None
    while not begun.done():
        try:
            await asyncio.wait([begun])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        raise cancellation from begun.exception()
    return begun.result()
