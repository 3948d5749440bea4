"""The error of a query that cannot be read."""

from collections.abc import Sequence

from chachaml_kernel.errors import Invalid


class Misread(Invalid):
    """A query is wrong at one of its characters."""

    def __init__(self, fault: str, *, at: int, options: Sequence[str] = ()) -> None:
        """Keep where it is wrong, in characters from 0 on, and what could stand there instead."""
        super().__init__(f"query, character {at + 1}: {fault}")
        self.fault = fault
        self.at = at
        self.options = options
