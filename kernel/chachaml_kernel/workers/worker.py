"""A worker process: `python -m chachaml_kernel.workers.worker`, with its orders on standard input.

It serves until its standard input ends, as it does when the process that started it is gone. Its
standard output says once whether it serves, and all else goes to standard error.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from chachaml_kernel import loops
from chachaml_kernel.errors import ChachamlError
from chachaml_kernel.memory_use import settle
from chachaml_kernel.serving import run_worker
from chachaml_kernel.signals import until_signalled
from chachaml_kernel.workers.crew import READY
from chachaml_kernel.workers.orders import read_orders

LONGEST_ORDERS = 2**24
"""Bytes of orders at most."""


def main() -> int:
    """Serve; return the exit code."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def say(line: bytes) -> None:
        with suppress(ConnectionError):  # nobody listens any more
            answers.write(line)
            answers.flush()

    def ready(_: Sequence[str]) -> None:
        settle()
        say(READY)

    async def serve() -> None:
        orders = asyncio.StreamReader(limit=LONGEST_ORDERS)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
        line = await orders.readline()
        if not line:
            return
        serving = asyncio.create_task(run_worker(read_orders(line), ready=ready))
        leaving = asyncio.create_task(_end(orders, serving))
        try:
            await serving
        finally:
            leaving.cancel()

    try:
        loops.run(until_signalled(serve()))
    except ChachamlError as error:
        say(f"{' '.join(error.detail.splitlines())}\n".encode())
        return 1
    return 0


async def _end(orders: asyncio.StreamReader, serving: "asyncio.Task[None]") -> None:
    """Cancel what serves when nobody gives orders any more."""
    await orders.read()
    serving.cancel()


if __name__ == "__main__":
    sys.exit(main())
