"""The budget of bodies held whole: so many bytes of them are in work at one time.

What a body says takes several times its length in memory, so it is bytes that have to be few, not
requests.
"""

from dataclasses import dataclass
from typing import Self

from chachaml_kernel.errors import Overloaded

SMALL = 64 * 1024
"""A body of no more bytes than this is never counted, and so never refused."""


@dataclass(slots=True, eq=False)
class Budget:
    """How many bytes requests may hold together, and how many they hold."""

    limit: int
    held: int = 0

    def share(self) -> "Share":
        """Return a request's share, which is given back at the end of its `with` block."""
        return Share(self)


@dataclass(slots=True, eq=False)
class Share:
    """What one request holds of a budget."""

    budget: Budget
    held: int = 0

    def __enter__(self) -> Self:
        """Hold nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give back what is held."""
        self.budget.held -= self.held

    def grow(self, size: int) -> None:
        """Hold `size` bytes in all; raise `Overloaded` if requests together would hold too many."""
        if size <= SMALL:
            return
        more = size - self.held
        if self.budget.held + more > self.budget.limit:
            raise Overloaded(
                f"{self.budget.held} bytes of bodies are in work, of {self.budget.limit} "
                "(setting body_budget); try again, or send smaller bodies"
            )
        self.budget.held += more
        self.held = size
