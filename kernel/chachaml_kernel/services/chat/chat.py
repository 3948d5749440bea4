"""The service of questions about experiments."""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct

from chachaml_kernel.domain.chat import Answer, Asked, Budget, Ending, check_key, recent
from chachaml_kernel.domain.conversation import Message, Question
from chachaml_kernel.errors import Invalid, Upstream
from chachaml_kernel.ports import LLMProvider
from chachaml_kernel.services.chat.calls import Calls, Tell, Toolbox
from chachaml_kernel.services.chat.questions import Questions
from chachaml_kernel.services.chat.rounds import Model, Rounds


class Offer(Struct, frozen=True):
    """A provider that can be asked: which model it asks by itself, and whether it has a key."""

    name: str
    model: str | None
    has_key: bool


class Chat(Struct, frozen=True):
    """Answers questions by language models, which look things up with the kernel's tools."""

    llm_providers: Mapping[str, LLMProvider]
    tools: Toolbox
    budget: Budget
    questions: Questions

    def providers(self) -> Sequence[Offer]:
        """Return the configured providers."""
        return [Offer(each.name, each.model, each.has_key) for each in self.llm_providers.values()]

    async def models(self, provider: str, *, key: str | None = None) -> Sequence[str]:
        """Return the names of the models that a provider has, sorted.

        Raises what `ask` raises of a provider and its key.
        """
        asked = self._provider(provider, key)
        try:
            async with asyncio.timeout(self.budget.seconds):
                return sorted(await asked.models(key=key))
        except TimeoutError:
            raise Upstream(
                f"{provider} did not list its models within {self.budget.seconds:g} s "
                "(setting chat_seconds); try again"
            ) from None

    async def ask(self, asked: Asked, tell: Tell) -> Answer:
        """Return the answer to a question; `tell` hears of all that happens until then.

        An answer that stays without its end, because a budget is spent or the model stops before,
        says so. When the caller is cancelled, so is everything that was begun for it. Raises
        `Invalid` for a provider or a model that is not there and where a key is missing,
        `Forbidden` for a key that the provider refuses, `Overloaded` where its limits are reached
        or as many questions as may be are being answered, and `Upstream` if it is down, breaks off
        or says nothing in time.
        """
        provider = self._provider(asked.provider, asked.key)
        name = asked.model or provider.model
        if name is None:
            raise Invalid(
                f"no model is named, and {provider.name} has none configured; "
                "give model, or set model in its table"
            )
        calls = Calls(self.tools, self.budget.annotate, tell)
        rounds = Rounds(Model(provider, name, asked.key), calls, self.budget)
        said = [*recent(asked.history), Question(asked.question)]
        with self.questions.one():
            return await self._answer(rounds, said)

    async def _answer(self, rounds: Rounds, said: Sequence[Message]) -> Answer:
        """Return what the model says in time, which has to be something."""
        try:
            async with asyncio.timeout(self.budget.seconds):
                return await rounds.run(said)
        except TimeoutError:
            if rounds.iterations == 1 and not rounds.text:
                raise Upstream(
                    f"{rounds.model.provider.name} said nothing for {self.budget.seconds:g} s "
                    "(setting chat_seconds); try again"
                ) from None
            return rounds.answer(Ending.TIME)

    def _provider(self, name: str, key: str | None) -> LLMProvider:
        """Return a provider that has a key or is given one."""
        if not self.llm_providers:
            raise Invalid(
                "no provider of language models is configured; add a table such as "
                "[plugins.chat_anthropic] or [plugins.chat_openai] to the configuration"
            )
        provider = self.llm_providers.get(name)
        if provider is None:
            known = ", ".join(self.llm_providers)
            raise Invalid(f"no provider is named {name[:100]!r}; configured: {known}")
        if key is not None:
            check_key(key)
        elif not provider.has_key:
            raise Invalid(f"{name} has no key; give api_key, or set api_key in its table")
        return provider
