"""The loop: a model replies, its calls are done, it replies again, until its answer is there."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from chachaml_kernel.domain.chat import MAX_ROUNDS, Answer, Budget, Ending, Spent
from chachaml_kernel.domain.conversation import (
    Conversation,
    Message,
    Replied,
    StopReason,
    Text,
    Usage,
)
from chachaml_kernel.errors import Upstream
from chachaml_kernel.ports import LLMProvider
from chachaml_kernel.services.chat.calls import Calls
from chachaml_kernel.services.chat.instructions import instructions

ENDINGS = {
    StopReason.LENGTH: Ending.LENGTH,
    StopReason.REFUSAL: Ending.REFUSAL,
    StopReason.FILTER: Ending.FILTER,
}
"""Reasons after which nothing of a reply is done: a call in it may not be whole."""


@dataclass(frozen=True, slots=True)
class Model:
    """Which model of which provider replies, and the caller's own key for it."""

    provider: LLMProvider
    name: str
    key: str | None = field(repr=False)


@dataclass(slots=True)
class Rounds:
    """The replies to one question; what they came to so far can be told at any time."""

    model: Model
    calls: Calls
    budget: Budget
    iterations: int = 0
    usage: Usage = field(default_factory=Usage)
    text: str = ""

    def answer(self, ending: Ending) -> Answer:
        """Return what there is of an answer."""
        return Answer(self.text, ending, self.iterations, self.usage)

    async def run(self, said: Sequence[Message]) -> Answer:
        """Let the model reply to what was said, and do its calls, until one reply has none."""
        messages = list(said)
        while self.iterations < MAX_ROUNDS:
            replied = await self._reply(messages)
            reply, stop = replied.reply, replied.stop
            if stop in ENDINGS:
                return self.answer(ENDINGS[stop])
            if not reply.tool_calls and stop is not StopReason.PAUSE:
                is_end = stop is StopReason.END
                return self.answer(Ending.END if is_end else Ending.UNKNOWN)
            if self.usage.total >= self.budget.tokens:
                return self.answer(Ending.TOKENS)
            messages.append(reply)
            if reply.tool_calls and self.iterations < MAX_ROUNDS:
                messages.append(await self.calls.do(reply.tool_calls))
        return self.answer(Ending.ROUNDS)

    async def _reply(self, messages: Sequence[Message]) -> Replied:
        """Return the next reply, of which every piece is told as it comes."""
        self.iterations += 1
        self.text = ""
        text = instructions(annotate=self.calls.annotate, last=self.iterations == MAX_ROUNDS)
        events = self.model.provider.answer(
            Conversation(text, messages),
            self.calls.offered(),
            model=self.model.name,
            key=self.model.key,
        )
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Replied):
                    self.usage += event.usage
                    self.text = event.reply.text
                    await self.calls.tell(Spent(self.usage))
                    return event
                self.text += event.text
                await self.calls.tell(Text(event.text))
        raise Upstream(f"{self.model.provider.name} broke its answer off; ask again")
