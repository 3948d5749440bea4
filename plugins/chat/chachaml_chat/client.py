"""What providers need of an SDK: a client that asks, and what reads a reply piece by piece."""

from collections.abc import AsyncIterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from chachaml_kernel.domain.conversation import Conversation, OfferedTool, Replied

from chachaml_chat.service import Service

Piece = TypeVar("Piece")
ReadPiece = TypeVar("ReadPiece", contravariant=True)


class Reading(Protocol[ReadPiece]):
    """What was read of a reply so far."""

    @property
    def ended(self) -> bool:
        """Tell whether the reply's end was among the pieces."""
        ...

    def take(self, piece: ReadPiece, /) -> str:
        """Take a piece; return the text in it."""
        ...

    def replied(self) -> Replied:
        """Return the whole reply."""
        ...


class Client(Protocol[Piece]):
    """Asks a service."""

    async def models(self) -> Sequence[str]:
        """Return the names of the models that the service lists."""
        ...

    async def ask(
        self, conversation: Conversation, tools: Sequence[OfferedTool], *, model: str
    ) -> AbstractAsyncContextManager[AsyncIterable[Piece]]:
        """Return the pieces of a model's reply; to leave them ends the reply."""
        ...

    def reading(self) -> Reading[Piece]:
        """Return what reads the pieces of one reply."""
        ...


class Connect(Protocol[Piece]):
    """Makes clients, each of which is closed at the end; its errors become those of the port."""

    def __call__(
        self, service: Service, key: str, *, model: str
    ) -> AbstractAsyncContextManager[Client[Piece]]:
        """Return a client with a key; `model` is what the service is asked for, for its errors."""
        ...
