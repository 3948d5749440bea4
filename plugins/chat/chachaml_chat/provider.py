"""The provider of a service's models, by whichever SDK it is asked."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
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
            with self._reading():
                names = await client.models()
                _check_texts(*names)
        return names

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
                with self._reading():
                    async for piece in pieces:
                        text = reading.take(piece)
                        _check_texts(text)
                        if text:
                            yield Text(text)
        if not reading.ended:
            raise self.service.broken("it has no end")
        with self._reading():
            replied = reading.replied()
            for call in replied.reply.tool_calls:
                _check_texts(call.id, call.name, call.arguments)
        yield replied

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn what is raised of an answer that is not as it should be: the SDKs check nothing."""
        try:
            yield
        except (ValueError, RecursionError):
            raise self.service.broken("it is no JSON") from None
        except (AttributeError, KeyError, TypeError) as error:
            what = f"it is none that its protocol has ({type(error).__name__})"
            raise self.service.broken(what) from error


def _check_texts(*texts: str) -> None:
    """Raise `TypeError` for what is no text, and `ValueError` for lone surrogates in one."""
    for text in texts:
        str.encode(text)
