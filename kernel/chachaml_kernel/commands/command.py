"""What a command is."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from msgspec import Struct


class Command(Struct, frozen=True):
    """A command by its name: what it is for, its own options, and what it does.

    `run` returns the exit code; it raises the errors of `chachaml_kernel.errors`.
    """

    name: str
    summary: str
    add_options: Callable[[ArgumentParser], object]
    run: Callable[[Namespace], int]
