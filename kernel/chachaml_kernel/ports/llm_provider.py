"""The port of providers of language models: a conversation in, the model's next reply out."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from chachaml_kernel.domain.conversation import Conversation, OfferedTool, Replied, Text


class LLMProvider(Protocol):
    """Translates between conversations and the words of one service.

    It decides nothing: who calls tools, how often, and when to stop, is the kernel's. `key` is a
    caller's own, to be used instead of the configured one for this call, and never kept, logged or
    shown, in no error either. Methods raise `Forbidden` for a key that the service refuses,
    `Invalid` for a model that it does not have and whatever else it does not take, `Overloaded` for
    a limit of its own, with the seconds to wait, and `Upstream` if it is down, slow or breaks off.
    """

    @property
    def name(self) -> str:
        """What users call it, such as `anthropic`; unique among the providers."""
        ...

    @property
    def model(self) -> str | None:
        """The model that is asked unless the caller names one."""
        ...

    @property
    def has_key(self) -> bool:
        """Tell whether a key is configured."""
        ...

    async def models(self, *, key: str | None = None) -> Sequence[str]:
        """Return the names of the models that the service has."""
        ...

    def answer(
        self,
        conversation: Conversation,
        tools: Sequence[OfferedTool],
        *,
        model: str,
        key: str | None = None,
    ) -> AsyncGenerator[Text | Replied, None]:
        """Yield the model's reply: its text as it comes, and at the end once all of it.

        A generator that is closed early closes the connection, so that the service stops working.
        """
        ...
