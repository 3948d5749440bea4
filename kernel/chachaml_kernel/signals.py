"""Signals that end what a process does."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def until_signalled(work: Coroutine[Any, Any, None]) -> signal.Signals | None:
    """Do `work` to its end, or until SIGINT or SIGTERM cancels it; return which one did, if any.

    A second signal ends the process at once.
    """
    working = asyncio.create_task(work)
    came: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        came.append(number)
        for each in SIGNALS:
            working.get_loop().remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        working.cancel()

    for number in SIGNALS:
        # Windows has no such handlers; there Ctrl-C comes as a KeyboardInterrupt.
        with suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, end, number)
    with suppress(asyncio.CancelledError):
        await working
    return came[0] if came else None
