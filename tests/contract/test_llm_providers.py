"""Every provider that comes with the kernel keeps the port's promises."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

import pytest
from chachaml_chat import ChatAnthropic, ChatOpenai
from chachaml_kernel.domain.conversation import StopReason
from chachaml_kernel.ports import LLMProvider
from chachaml_kernel.testing.llm_provider import KEY, Fault, LLMProviderSuite, Says, Stage

from tests.servers import anthropic_wire, openai_wire
from tests.servers.scripted import Scripted, Service, scripted

CONFIGURED = "key-of-the-server"
QUOTED = f"no such thing: {KEY}"


OPENAI_FAULTS: Mapping[Fault, Scripted] = {
    "wrong key": openai_wire.refused(401, QUOTED),
    "unknown model": openai_wire.refused(404, QUOTED),
    "limit of 7 s": openai_wire.refused(429, QUOTED, **{"Retry-After": "7"}),
    "down": openai_wire.refused(503, QUOTED),
    "cut": openai_wire.broken("half"),
    "hangs": openai_wire.broken("half", then="hang"),
}
ANTHROPIC_FAULTS: Mapping[Fault, Scripted] = {
    "wrong key": anthropic_wire.refused(401, "authentication_error", QUOTED),
    "unknown model": anthropic_wire.refused(404, "not_found_error", QUOTED),
    "limit of 7 s": anthropic_wire.refused(429, "rate_limit_error", QUOTED, **{"Retry-After": "7"}),
    "down": anthropic_wire.refused(529, "overloaded_error", QUOTED),
    "cut": anthropic_wire.broken("half"),
    "hangs": anthropic_wire.broken("half", then="hang"),
}


def openai_says(says: Says) -> Scripted:
    if says.stop is StopReason.REFUSAL:
        said = [openai_wire.chunk(delta={"refusal": piece}) for piece in says.pieces]
        return Scripted([*said, openai_wire.chunk(finish_reason="stop"), openai_wire.DONE])
    said = [openai_wire.chunk(delta={"content": piece}) for piece in says.pieces]
    if says.calls:
        return Scripted([*said, *openai_wire.calls(*says.calls).pieces])
    finish = {StopReason.END: "stop", StopReason.LENGTH: "length"}[says.stop]
    return openai_wire.text(*says.pieces, finish=finish)


def anthropic_says(says: Says) -> Scripted:
    if says.calls:
        return anthropic_wire.calls(*says.calls, says=says.pieces)
    stops = {StopReason.END: "end_turn", StopReason.LENGTH: "max_tokens"}
    return anthropic_wire.text(*says.pieces, stop=stops.get(says.stop, "refusal"))


@dataclass
class ScriptedStage:
    provider: LLMProvider
    service: Service
    says: Callable[[Says], Scripted]
    faults: Mapping[Fault, Scripted]
    left: asyncio.Event = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.service.left

    def will(self, *acts: Says | Fault) -> None:
        for act in acts:
            self.service.will(self.says(act) if isinstance(act, Says) else self.faults[act])

    def sent(self) -> str:
        last = self.service.requests[-1]
        return f"{last.line}\n{last.headers}\n{last.raw.decode()}"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with scripted() as service:
        yield service


class TestOpenAI(LLMProviderSuite):
    @pytest.fixture
    def stage(self, service: Service) -> Stage:
        plugin = ChatOpenai(base_url=f"{service.url}/v1", api_key=CONFIGURED, model="m")
        [provider] = plugin.chachaml_llm_providers()
        return ScriptedStage(provider, service, openai_says, OPENAI_FAULTS)


class TestAnthropic(LLMProviderSuite):
    @pytest.fixture
    def stage(self, service: Service) -> Stage:
        plugin = ChatAnthropic(base_url=service.url, api_key=CONFIGURED, model="m")
        [provider] = plugin.chachaml_llm_providers()
        return ScriptedStage(provider, service, anthropic_says, ANTHROPIC_FAULTS)
