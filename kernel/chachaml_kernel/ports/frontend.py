"""How a front end says that it serves, and what has it serve from several processes."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

Announce: TypeAlias = Callable[[str], None]
"""Called once by a front end when it accepts requests, with the address where it does."""


class Workers(Protocol):
    """The processes that serve one configuration together, each with a kernel of its own."""

    @property
    def number(self) -> int:
        """Which one this is: 0 is the one that was started, and has the others started."""
        ...

    async def run(self, count: int, *, ready: Callable[[], None], **settings: object) -> None:
        """Have `count` more of them, numbered from 1, until cancelled; then let them end.

        Theirs are `settings` instead of those that the plugin of this front end was given. `ready`
        is called when all serve; one that dies later is replaced. Raises `ConfigError` if the store
        does not allow it, or if one of them cannot serve.
        """
        ...
