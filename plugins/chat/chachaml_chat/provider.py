"""The provider of a service's models, by whichever SDK it is asked."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Generic

from chachaml_kernel.domain.conversation import Conversation, OfferedTool, Replied, Text

from chachaml_chat.client import Connect, Piece
from chachaml_chat.service import Service


@dataclass(frozen=True, slots=True)
class Provider(Generic[Piece]):
    """Asks one service; each answer has a connection of its own, which ends with it."""

    service: Service
    connect: Connect[Piece]

    @property
    def name(self) -> str:
        """What users call it."""
        return self.service.name

    @property
    def model(self) -> str | None:
        """The configured model."""
        return self.service.model

    @property
    def has_key(self) -> bool:
        """Tell whether a key is configured."""
        return self.service.api_key is not None

    async def models(self, *, key: str | None = None) -> Sequence[str]:
        """Return the names of the models that the service lists."""
        async with self.connect(self.service, self.service.key(key), model="") as client:
            return await client.models()

    async def answer(
        self,
        conversation: Conversation,
        tools: Sequence[OfferedTool],
        *,
        model: str,
        key: str | None = None,
    ) -> AsyncGenerator[Text | Replied, None]:
        """Yield the reply as its pieces come, and then all of it."""
        async with self.connect(self.service, self.service.key(key), model=model) as client:
            reading = client.reading()
            async with await client.ask(conversation, tools, model=model) as pieces:
                async for piece in pieces:
                    text = reading.take(piece)
                    if text:
                        yield Text(text)
        if not reading.ended:
            raise self.service.broken("it has no end")
        yield reading.replied()
