"""The protocol on the standard streams of a process, which a client starts."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from typing import TextIO

from anyio import BrokenResourceError
from chachaml_kernel.kernel import Kernel
from mcp.server.stdio import stdio_server

from chachaml_mcp.plugin import Mcp
from chachaml_mcp.server import server


async def serve(settings: Mcp, kernel: Kernel) -> None:
    """Answer what comes on stdin until that ends, or the client has gone."""
    serving = server(settings, kernel)
    asked = _lines(sys.stdin.fileno())
    try:
        async with stdio_server(stdin=asked) as (incoming, outgoing):  # type: ignore[arg-type]
            await serving.run(incoming, outgoing, serving.create_initialization_options())
    except* (BrokenPipeError, BrokenResourceError):
        pass  # the client has gone; or what was read as this was cancelled had nobody to go to


async def _lines(descriptor: int) -> AsyncIterator[str]:
    """Yield the lines of a stream; the wait for one can be cancelled."""
    # A file of its own: Python asks for the lock of sys.stdin as it ends, which a thread may hold.
    stream = open(descriptor, encoding="utf-8", errors="replace", closefd=False)  # noqa: ASYNC230, SIM115
    while line := await _line(stream):
        yield line


async def _line(stream: TextIO) -> str:
    """Return the next line, on a thread that the end of the process does not wait for.

    Nothing can interrupt a thread that waits for a stream.
    """
    found: Future[str] = Future()
    found.set_running_or_notify_cancel()
    threading.Thread(target=_read, args=(stream, found), daemon=True).start()
    return await asyncio.wrap_future(found)


def _read(stream: TextIO, found: Future[str]) -> None:
    try:
        found.set_result(stream.readline())
    except OSError:  # such as that of a terminal that has gone
        found.set_result("")
