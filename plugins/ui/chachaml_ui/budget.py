"""The budget of bodies held whole: so many bytes of them are in work at one time.

What a body says takes several times its length in memory, so it is bytes that have to be few, not
requests.
"""

from dataclasses import dataclass
from typing import Self

from chachaml_kernel.errors import ChachamlError, Overloaded

SMALL = 64 * 1024
"""A body of no more bytes than this is never counted, and so never refused."""


class TooLarge(ChachamlError):
    """A body is longer than any may be."""

    def __init__(self, limit: int) -> None:
        """Say how long one may be."""
        detail = f"a body may be {limit} bytes long (setting max_body); send less"
        super().__init__("too large", detail)


@dataclass(slots=True, eq=False)
class Budget:
    """How many bytes requests may hold together and each alone, and how many they hold."""

    limit: int
    longest: int
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

    def check(self, size: int) -> None:
        """Raise `TooLarge` if a request may not have a body of `size` bytes."""
        if size > self.budget.longest:
            raise TooLarge(self.budget.longest)

    def grow(self, size: int) -> None:
        """Hold `size` bytes in all.

        Raises `TooLarge` if no request may, and `Overloaded` if together they would be too many.
        """
        self.check(size)
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
