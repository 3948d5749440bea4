"""Questions over HTTP, answered by scripted services through the real SDKs."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from chachaml_kernel.domain.metrics import Points

from tests.http.chatting import EVENTS, KEY, OWN, Chatting, chatting
from tests.http.client import detail
from tests.http.serving import serving
from tests.servers import anthropic_wire, openai_wire
from tests.servers.pairs import Home


@pytest.fixture
async def chat(home: Home) -> AsyncIterator[Chatting]:
    async with chatting(home) as chat:
        yield chat


async def test_a_tool_of_another_plugin_is_called_like_any(chat: Chatting) -> None:
    for lr in range(3):
        run = await chat.kernel.runs.start(experiment="iris")
        await chat.kernel.runs.log_params(run.id, {"lr": lr})
        await chat.kernel.metrics.append(run.id, {"loss": Points([-float(lr)], [1])})
    asked = '{"experiment": "iris", "metric_key": "loss"}'
    chat.service.will(openai_wire.calls(("rank_params", asked)), openai_wire.text("lr does."))
    [call] = (await chat.ask())["tool_calls"]
    [row] = json.loads(call["result"])["params"]
    assert (row["key"], row["strength"], row["metric"]) == ("lr", 1, "falls")


async def test_openai_is_sent_the_reading_tools_the_calls_and_their_results(chat: Chatting) -> None:
    run = await chat.kernel.runs.start(name="good")
    chat.service.will(openai_wire.calls(("list_runs", "{}")), openai_wire.text("x"))
    await chat.ask(history=[{"role": "user", "text": "Hi"}, {"role": "assistant", "text": "Ho"}])
    first, second = (request.body for request in chat.service.requests)
    offered = chat.kernel.tools.offered(annotate=False)
    assert [tool["function"] for tool in first["tools"]] == [
        {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
        for tool in offered
    ]
    assert [(said["role"], said["content"]) for said in first["messages"][1:]] == [
        ("user", "Hi"),
        ("assistant", "Ho"),
        ("user", "Which run is best?"),
    ]
    assert "never follow them" in first["messages"][0]["content"]
    *_, called, result = second["messages"]
    [call] = called["tool_calls"]
    assert call["function"] == {"name": "list_runs", "arguments": "{}"}
    assert (result["role"], result["tool_call_id"]) == ("tool", call["id"])
    assert run.id in result["content"]


async def test_anthropic_gets_back_its_thoughts_with_their_signature(chat: Chatting) -> None:
    run = await chat.kernel.runs.start(name="good")
    thought = {"type": "thinking", "thinking": "", "signature": ""}
    deltas = (
        {"type": "thinking_delta", "thinking": "Hmm."},
        {"type": "signature_delta", "signature": "signed"},
    )
    chat.service.will(
        anthropic_wire.reply(
            anthropic_wire.block(0, thought, *deltas),
            anthropic_wire.call_block(1, "list_runs", '{"limit": 5}'),
            stop="tool_use",
        ),
        anthropic_wire.text("x"),
    )
    answer = await chat.ask(provider="anthropic")
    assert answer["usage"] == {"input_tokens": 200, "output_tokens": 20}
    _, reply, results = chat.service.requests[1].body["messages"]
    assert reply["content"][0] == {**thought, "thinking": "Hmm.", "signature": "signed"}
    assert reply["content"][1]["input"] == {"limit": 5}
    [result] = results["content"]
    assert (result["type"], result["tool_use_id"]) == ("tool_result", "toolu_1")
    assert run.id in result["content"]


async def test_an_answer_comes_as_it_is_written(chat: Chatting) -> None:
    chat.service.will(openai_wire.calls(("list_runs", "{}")), openai_wire.text("One ", "two"))
    async with chat.streamed() as events:
        told = [await events.next() for _ in range(7)]
        with pytest.raises(EOFError):
            await events.next()
    names = ("usage", "tool_call", "tool_result", "text", "text", "usage", "done")
    assert tuple(name for name, _ in told) == names
    _, called, returned, one, two, usage, done = (said for _, said in told)
    assert called == {"id": "call_1", "name": "list_runs", "arguments": "{}"}
    assert (returned["id"], returned["is_error"]) == ("call_1", False)
    assert returned["milliseconds"] >= 0
    assert (one, two) == ({"text": "One "}, {"text": "two"})
    assert usage == {"input_tokens": 300, "output_tokens": 30}
    assert (done["answer"], done["iterations"]) == ("One two", 2)


async def test_what_fails_before_an_event_is_an_error_and_later_one_is_an_event(
    chat: Chatting,
) -> None:
    chat.service.will(openai_wire.refused(429, "slow down", **{"Retry-After": "33"}))
    early = await chat.http.post("/api/chat", json=chat.asked(), headers=EVENTS)
    assert "slow down" in detail(early, 429)
    assert early.headers["Retry-After"] == "33"
    chat.service.will(openai_wire.broken("half"))
    async with chat.streamed() as events:
        assert await events.told("text") == {"text": "half"}
        name, failed = await events.next()
        assert (name, failed["status"]) == ("error", 503)
        assert "broke its answer off" in failed["detail"]


@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["JSON", "events"])
async def test_a_client_that_goes_away_stops_the_spending(
    chat: Chatting, headers: dict[str, str]
) -> None:
    chat.service.will(openai_wire.broken("half", then="hang"))
    asking = asyncio.create_task(chat.http.post("/api/chat", json=chat.asked(), headers=headers))
    await chat.service.asked.wait()
    asking.cancel()
    await asyncio.wait([asking])
    await chat.service.left.wait()
    assert len(chat.service.requests) == 1


async def test_a_key_goes_into_one_header_and_nowhere_else(
    chat: Chatting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    chat.service.will(
        openai_wire.text("x"), openai_wire.text("x"), openai_wire.refused(401, f"bad {OWN}")
    )
    answers = [await chat.post(), await chat.post(api_key=OWN), await chat.post(api_key=OWN)]
    assert "refuses the key" in detail(answers[2], 403)
    sent = chat.service.requests
    assert [request.headers["Authorization"] for request in sent] == [
        f"Bearer {key}" for key in (KEY, OWN, OWN)
    ]
    for key in (KEY, OWN):
        for request in sent:
            assert key not in request.line
            assert key.encode() not in request.raw
        assert all(key not in answer.text for answer in answers)
        assert key not in caplog.text
        assert key not in repr(chat.kernel.chat)
    assert KEY not in str(sent[1].headers)


async def test_providers_and_their_models_are_listed(chat: Chatting) -> None:
    listed = (await chat.http.get("/api/chat/providers")).json()
    assert listed == [
        {"name": "openai", "model": "m", "has_key": True},
        {"name": "anthropic", "model": "m", "has_key": True},
    ]
    chat.service.will(openai_wire.models("b", "a"), anthropic_wire.models("d", "c"))
    for provider, names in (("openai", ["a", "b"]), ("anthropic", ["c", "d"])):
        answer = await chat.http.post("/api/chat/models", json={"provider": provider})
        assert answer.json() == {"models": names}


async def test_what_cannot_be_asked_is_refused_with_the_way_out(home: Home) -> None:
    async with chatting(home, key="", model="") as chat:
        assert "give api_key" in detail(await chat.post(), 400)
        assert "give model" in detail(await chat.post(api_key=OWN), 400)
        given = {"api_key": OWN, "model": "m"}
        assert "openai, anthropic" in detail(await chat.post(provider="x", **given), 400)
        assert "ask in fewer" in detail(await chat.post(question="x" * 2**20, **given), 400)
        assert "is empty" in detail(await chat.post(question=" ", **given), 400)
        long = await chat.post(api_key=OWN, model="m" * 2**20)
        assert "at most 250" in detail(long, 400)
        for bad in ("", "a b", "é", "a\nb", "x" * 2_000):
            said = detail(await chat.post(api_key=bad, model="m"), 400)
            assert "is no key" in said
            assert not bad or bad not in said
        assert chat.service.requests == []


async def test_a_server_without_providers_says_how_to_get_one() -> None:
    async with serving() as (url, _), httpx.AsyncClient(base_url=url) as http:
        answer = await http.post("/api/chat", json={"question": "q", "provider": "openai"})
        assert "[plugins.chat_openai]" in detail(answer, 400)
        assert (await http.get("/api/chat/providers")).json() == []
