"""What services say that is not of their protocol, to the SDKs that check none of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.http.chatting import Chatting, chatting
from tests.http.client import detail
from tests.servers import anthropic_wire, openai_wire
from tests.servers.pairs import Home
from tests.servers.scripted import Scripted, error, scripted

OPENAI_PIECES = (
    b"null",
    b"[]",
    b'{"choices": [null]}',
    b'{"choices": [{"delta": "x"}]}',
    b'{"choices": [{"delta": {"content": 5}}]}',
    b'{"choices": [{"delta": {"tool_calls": [null]}}]}',
    b'{"choices": [{"delta": {"tool_calls": [{"id": 5}]}}]}',
    b'{"choices": [{"delta": {"content": "\\ud800"}}]}',
    b'{"usage": {"prompt_tokens": "many"}}',
    b"[" * 100_000,
    b"\xff",
)
ANTHROPIC_PIECES = (
    ("message_start", b"null"),
    ("message_start", b'{"type": "message_start", "message": {"usage": null}}'),
    ("message_delta", b'{"type": "message_delta", "delta": {"stop_reason": ["x"]}, "usage": {}}'),
    ("content_block_delta", b'{"type": "content_block_delta", "index": 3, "delta": null}'),
    ("content_block_start", b'{"type": "content_block_start", "index": 0, "content_block": {}}'),
    ("content_block_start", b'{"type": "content_block_start", "content_block": null}'),
    ("message_delta", b'{"type": "message_delta", "delta": {}, "usage": {"output_tokens": "x"}}'),
    ("message_start", b"[" * 100_000),
)


@pytest.fixture
async def chat(home: Home) -> AsyncIterator[Chatting]:
    async with chatting(home) as chat:
        yield chat


async def assert_refused(chat: Chatting, provider: str, *pieces: bytes) -> None:
    chat.service.will(Scripted(pieces))
    said = detail(await chat.post(provider=provider), 503)
    assert said.startswith(f"{provider} broke its answer off: it is no")
    assert "base_url" in said


@pytest.mark.parametrize("piece", OPENAI_PIECES, ids=lambda piece: piece[:70])
async def test_a_piece_that_openai_does_not_have_is_no_answer(chat: Chatting, piece: bytes) -> None:
    end = openai_wire.chunk(finish_reason="stop")
    await assert_refused(chat, "openai", b"data: " + piece + b"\n\n", end, openai_wire.DONE)


@pytest.mark.parametrize(("name", "piece"), ANTHROPIC_PIECES, ids=lambda said: said[:90])
async def test_an_event_that_anthropic_does_not_have_is_no_answer(
    chat: Chatting, name: str, piece: bytes
) -> None:
    event = f"event: {name}\ndata: ".encode() + piece + b"\n\n"
    await assert_refused(chat, "anthropic", event, anthropic_wire.event("message_stop"))


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize("body", [[], {"data": 5}, {"data": [{"id": None}]}, "<html>"], ids=str)
async def test_what_is_no_list_of_models_is_an_error(
    chat: Chatting, provider: str, body: Any
) -> None:
    chat.service.will(error(200, body))
    answer = await chat.http.post("/api/chat/models", json={"provider": provider})
    assert "none that its protocol has" in detail(answer, 503)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_what_is_asked_goes_to_no_other_address(chat: Chatting, provider: str) -> None:
    async with scripted() as other:
        chat.service.will(error(307, {}, Location=f"{other.url}/v1"))
        said = detail(await chat.post(provider=provider), 503)
        assert said == f"{provider} sends elsewhere (status 307); name that in base_url"
        assert other.requests == []


async def test_a_reason_to_stop_that_is_no_text_is_no_answer(chat: Chatting) -> None:
    await assert_refused(chat, "openai", openai_wire.chunk(finish_reason=["stop"]))


async def test_a_call_with_half_a_character_is_refused(chat: Chatting) -> None:
    call = openai_wire.calls(("list_runs", '{"experiment": "\\ud800"}'))
    chat.service.will(call, openai_wire.text("Sorry."))
    [called] = (await chat.ask())["tool_calls"]
    assert called["is_error"]
    assert "surrogates not allowed" in called["result"]


async def test_of_very_many_turns_the_last_ones_are_sent(chat: Chatting) -> None:
    roles = ("user", "assistant")
    history = [{"role": roles[turn % 2], "text": str(turn)} for turn in range(10_000)]
    chat.service.will(openai_wire.text("Well."))
    await chat.ask(history=history)
    _, *said, question = chat.service.requests[0].body["messages"]
    assert [message["content"] for message in said] == [str(turn) for turn in range(9_900, 10_000)]
    assert question["content"] == "Which run is best?"
