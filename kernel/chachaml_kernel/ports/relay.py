"""The port of relays: how kernels that share a store hear of each other's writes."""

from collections.abc import AsyncGenerator
from typing import Protocol

MAX_MESSAGE = 7_000
"""Bytes of a message in UTF-8 at most; it has no NUL."""


class Relay(Protocol):
    """Passes short messages between all kernels that share a store.

    They are hints: what changed is read from the store. So a message may come twice, and where one
    may have been missed it is enough to say that.
    """

    async def send(self, message: str) -> None:
        """Pass a message on to all other kernels that listen; raise `Upstream` if that fails."""
        ...

    def receive(self) -> AsyncGenerator[str | None, None]:
        """Yield what other kernels send, in the order of each, and nothing of our own.

        None says that messages may have been missed: it comes first of all, once it is sure that
        all later ones are heard, and again after each break. Waits where the way is broken, mends
        it, and never ends by itself. It is called once.
        """
        ...
