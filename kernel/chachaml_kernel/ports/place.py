"""The port of places: where folders are that files can be written into, such as a service's."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from chachaml_kernel.ports.artifact_store import Stored


class Folder(Protocol):
    """Files under names such as `runs/part-00000.csv`; folders are there when files are in them.

    Memory does not grow with the number of bytes. What cannot be done now is `Upstream`.
    """

    async def names(self) -> Sequence[str]:
        """Return the names of all files there, in any order."""
        ...

    async def write(self, name: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Write all of `chunks` as the file `name`, in place of one that is there.

        Durable when it returns. Until then no file, or the one before, has that name, and it stays
        so where `chunks` raises, which is passed on as it is, or where this is cancelled.
        """
        ...

    async def delete(self, names: Sequence[str]) -> None:
        """Remove files; one that is not there is no error."""
        ...


class Place(Protocol):
    """Opens folders by their addresses."""

    @property
    def scheme(self) -> str:
        """What its addresses begin with, such as `s3` for `s3://…`; unique among the places."""
        ...

    def open(self, address: str) -> AbstractAsyncContextManager[Folder]:
        """Open the folder at `address`, which need not be there yet.

        Raises `Invalid` for an address that cannot be one, before anything is opened.
        """
        ...
