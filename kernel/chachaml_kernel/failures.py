"""What is raised where several things are under way at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from chachaml_kernel.errors import ChachamlError


@contextmanager
def alone() -> Iterator[None]:
    """Raise an error of `chachaml_kernel.errors` by itself where it came in a group."""
    try:
        yield
    except ExceptionGroup as group:
        ours = group.subgroup(ChachamlError)
        if ours is None:
            raise
        raise _first(ours) from group


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
