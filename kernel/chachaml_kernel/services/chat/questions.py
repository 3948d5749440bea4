"""The questions that are being answered, of which there are only so many at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chachaml_kernel.errors import Overloaded

WAIT = 5
"""Seconds until somebody who found no room may try again; an answer takes about as long."""


@dataclass(slots=True, eq=False)
class Questions:
    """Counts them; `most` are answered at a time."""

    most: int = 10
    under_way: int = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count as one until the end of the block; raise `Overloaded` where there is no room."""
        if self.under_way >= self.most:
            raise Overloaded(
                f"{self.most} questions are being answered (setting chat_questions); "
                "try again when one of them is",
                retry_after=WAIT,
            )
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1
