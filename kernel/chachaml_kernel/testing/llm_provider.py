"""The contract suite of providers of language models."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Literal, Protocol, TypeAlias

import pytest
from msgspec import Struct

from chachaml_kernel.domain.conversation import (
    Conversation,
    OfferedTool,
    Question,
    Replied,
    StopReason,
    Text,
    ToolResult,
    ToolResults,
    read_arguments,
)
from chachaml_kernel.errors import ChachamlError, Forbidden, Invalid, Overloaded, Upstream
from chachaml_kernel.ports import LLMProvider

TOOL = OfferedTool(
    "find_runs",
    "Find runs by a query.",
    {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
)
CONVERSATION = Conversation("Be brief.", [Question("Which run is best?")])
KEY = "key-of-a-caller"


class Says(Struct, frozen=True):
    """What a service says: text in pieces, calls as names with arguments, and why it stops."""

    pieces: Sequence[str] = ()
    calls: Sequence[tuple[str, str]] = ()
    stop: StopReason = StopReason.END


Fault: TypeAlias = Literal["wrong key", "unknown model", "limit of 7 s", "down", "cut", "hangs"]
"""What a service does instead; `cut` and `hangs` come after the text "half"."""


class Stage(Protocol):
    """A provider before a service that does as it is told."""

    provider: LLMProvider
    left: asyncio.Event
    """Whether the provider closed a connection on which the service still hung."""

    def will(self, *acts: Says | Fault) -> None:
        """Let the service answer the next requests so; an error quotes the key that came."""
        ...

    def sent(self) -> str:
        """Return the last request, headers and body."""
        ...


@pytest.mark.asyncio
class LLMProviderSuite:
    """What every provider promises.

    Subclass it as `Test…` and give it the fixture `stage`, whose provider has the model `m` and a
    configured key.
    """

    async def test_a_text_comes_in_pieces_and_then_whole(self, stage: Stage) -> None:
        stage.will(Says(["The best ", "is é."]))
        *pieces, last = await events(stage)
        assert pieces == [Text("The best "), Text("is é.")]
        assert isinstance(last, Replied)
        assert (last.reply.text, last.stop) == ("The best is é.", StopReason.END)
        assert last.usage.input_tokens > 0
        assert last.usage.output_tokens > 0

    async def test_the_conversation_and_the_tools_are_sent(self, stage: Stage) -> None:
        stage.will(Says(["x"]))
        await events(stage)
        for part in ("Be brief.", "Which run is best?", TOOL.name, TOOL.description, '"query"'):
            assert part in stage.sent()

    async def test_calls_come_with_ids_of_their_own_and_their_results_go_back(
        self, stage: Stage
    ) -> None:
        wanted = [("find_runs", '{"query": "a"}'), ("find_runs", '{"query": "b"}')]
        stage.will(Says(["Wait."], wanted, StopReason.TOOLS), Says(["Done."]))
        replied = await reply(stage)
        first, second = replied.reply.tool_calls
        assert replied.stop is StopReason.TOOLS
        assert [read_arguments(call.arguments) for call in (first, second)] == [
            {"query": "a"},
            {"query": "b"},
        ]
        assert first.id != second.id
        results = ToolResults(
            [ToolResult(first.id, "found-it"), ToolResult(second.id, "bad", is_error=True)]
        )
        messages = [*CONVERSATION.messages, replied.reply, results]
        await reply(stage, Conversation("Be brief.", messages))
        for part in (first.id, second.id, "found-it", "bad", "Wait."):
            assert part in stage.sent()

    async def test_arguments_that_are_no_json_are_passed_on_as_they_are(self, stage: Stage) -> None:
        stage.will(Says(calls=[("find_runs", '{"query": ')], stop=StopReason.TOOLS), Says(["x"]))
        replied = await reply(stage)
        [call] = replied.reply.tool_calls
        assert call.arguments == '{"query": '
        results = ToolResults([ToolResult(call.id, "no JSON", is_error=True)])
        messages = [*CONVERSATION.messages, replied.reply, results]
        assert (await reply(stage, Conversation("", messages))).reply.text == "x"

    @pytest.mark.parametrize("stop", [StopReason.LENGTH, StopReason.REFUSAL])
    async def test_it_says_why_the_model_stopped(self, stage: Stage, stop: StopReason) -> None:
        stage.will(Says(["I"], stop=stop))
        assert (await reply(stage)).stop is stop

    async def test_the_key_of_a_call_is_used_for_it_alone(self, stage: Stage) -> None:
        stage.will(Says(["x"]), Says(["x"]))
        await reply(stage, key=KEY)
        assert KEY in stage.sent()
        await reply(stage)
        assert KEY not in stage.sent()
        assert KEY not in repr(stage.provider)

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ("wrong key", Forbidden),
            ("unknown model", Invalid),
            ("limit of 7 s", Overloaded),
            ("down", Upstream),
            ("cut", Upstream),
        ],
    )
    async def test_a_fault_is_an_error_that_names_the_provider_and_no_key(
        self, stage: Stage, fault: Fault, kind: type[ChachamlError]
    ) -> None:
        stage.will(fault)
        with pytest.raises(kind) as raised:
            await events(stage, key=KEY)
        assert stage.provider.name in raised.value.detail
        assert KEY not in raised.value.detail
        if isinstance(raised.value, Overloaded):
            assert raised.value.retry_after == 7

    async def test_who_stops_reading_stops_the_service(self, stage: Stage) -> None:
        stage.will("hangs")
        coming = stage.provider.answer(CONVERSATION, [TOOL], model="m")
        async with aclosing(coming):
            assert await anext(coming) == Text("half")
        await stage.left.wait()

    async def test_who_is_cancelled_stops_the_service(self, stage: Stage) -> None:
        stage.will("hangs")
        begun = asyncio.Event()

        async def read() -> None:
            async for _ in stage.provider.answer(CONVERSATION, [TOOL], model="m"):
                begun.set()

        reading = asyncio.create_task(read())
        await begun.wait()
        reading.cancel()
        await asyncio.wait([reading])
        await stage.left.wait()


async def events(stage: Stage, *, key: str | None = None) -> list[Text | Replied]:
    """Return all that the provider yields for a question."""
    coming = stage.provider.answer(CONVERSATION, [TOOL], model="m", key=key)
    return [event async for event in coming]


async def reply(
    stage: Stage, conversation: Conversation = CONVERSATION, *, key: str | None = None
) -> Replied:
    """Return the whole reply to a conversation."""
    coming = stage.provider.answer(conversation, [TOOL], model="m", key=key)
    [replied] = [event async for event in coming if isinstance(event, Replied)]
    return replied
