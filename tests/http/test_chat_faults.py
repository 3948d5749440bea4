"""What models and services do wrong."""

import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chachaml_chat import ChatAnthropic, ChatOpenai
from chachaml_kernel.errors import Upstream

from tests.environments import run
from tests.http.chatting import Chatting, chatting
from tests.http.client import detail
from tests.servers import anthropic_wire, openai_wire
from tests.servers.pairs import Home
from tests.servers.scripted import Scripted, error


@pytest.fixture
async def chat(home: Home) -> AsyncIterator[Chatting]:
    async with chatting(home) as chat:
        yield chat


async def test_a_long_result_is_cut_for_the_model(chat: Chatting) -> None:
    run_id = (await chat.kernel.runs.start(name="a")).id

    async def log() -> AsyncIterator[bytes]:
        yield b'"' * 24_000  # each of which takes two characters in JSON

    await chat.kernel.artifacts.upload(run_id, "log.txt", log())
    wanted = f'{{"run_id": "{run_id}", "name": "log.txt", "max_bytes": 24000}}'
    chat.service.will(openai_wire.calls(("get_artifact_text", wanted)), openai_wire.text("Long."))
    [read] = (await chat.ask())["tool_calls"]
    assert "characters more were left out" in read["result"]
    assert len(read["result"]) < 30_200


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("get_run", '{"run_id": ', "not valid JSON"),
        ("get_run", "[1]", "not a JSON object"),
        ("get_run", "[" * 100_000, "not valid JSON"),
        ("get_run", '{"id": "x"}', "it takes run_id"),
        ("get_run", '{"run_id": "x"}', "list_runs and find_runs show ids"),
        (
            "get_metric_history",
            f'{{"run_id": "x", "key": "m", "last_step": {10**30}}}',
            "last_step",
        ),
        ("drop_all", "{}", "no tool is named 'drop_all'"),
    ],
)
async def test_a_wrong_call_is_answered_with_how_to_go_on(
    chat: Chatting, name: str, arguments: str, said: str
) -> None:
    chat.service.will(openai_wire.calls((name, arguments)), openai_wire.text("Sorry."))
    answer = await chat.ask()
    [call] = answer["tool_calls"]
    assert call["is_error"]
    assert said in call["result"]
    assert answer["answer"] == "Sorry."
    *_, called, result = chat.service.requests[1].body["messages"]
    assert said in result["content"]
    sent = called["tool_calls"][0]["function"]["arguments"]
    assert sent == ("{}" if "JSON" in said else arguments)


async def test_calls_are_understood_without_ids_numbers_or_the_right_end(chat: Chatting) -> None:
    def whole(**fields: Any) -> bytes:
        function = {"name": "list_runs", "arguments": "{}"}
        return openai_wire.piece(0, type="function", function=function, **fields)

    end = [openai_wire.chunk(finish_reason="stop"), openai_wire.DONE]
    chat.service.will(
        Scripted([whole(id="x"), whole(id="y"), *end]),
        Scripted([whole(), *end]),
        openai_wire.text("Done."),
    )
    answer = await chat.ask()
    assert [call["name"] for call in answer["tool_calls"]] == ["list_runs"] * 3
    assert not any(call["is_error"] for call in answer["tool_calls"])
    sent = chat.service.requests[2].body["messages"]
    called = [call["id"] for said in sent for call in said.get("tool_calls", ())]
    answered = [said["tool_call_id"] for said in sent if said["role"] == "tool"]
    assert called == answered == ["x", "y", "call_0"]


async def test_calls_of_different_replies_are_told_apart_though_their_ids_are_the_same(
    chat: Chatting,
) -> None:
    chat.service.will(
        openai_wire.calls(("list_runs", '{"limit": 1}')),
        openai_wire.calls(("list_models", '{"limit": 2}')),
        openai_wire.text("Done."),
    )
    answer = await chat.ask()
    assert [(call["id"], call["arguments"]) for call in answer["tool_calls"]] == [
        ("call_1", '{"limit": 1}'),
        ("call_2", '{"limit": 2}'),
    ]


@pytest.mark.parametrize(
    ("finish", "ending"),
    [("length", "length"), ("content_filter", "filter"), ("something_new", "unknown")],
)
async def test_an_answer_that_is_not_whole_says_so(
    chat: Chatting, finish: str, ending: str
) -> None:
    chat.service.will(openai_wire.text("So far", finish=finish))
    answer = await chat.ask()
    assert (answer["answer"], answer["ending"]) == ("So far", ending)
    assert answer["note"]


async def test_calls_of_a_cut_reply_are_not_done(chat: Chatting) -> None:
    chat.service.will(openai_wire.calls(("list_runs", "{}"), finish="length"))
    answer = await chat.ask()
    assert (answer["ending"], answer["tool_calls"]) == ("length", [])


async def test_a_pause_is_gone_on_from(chat: Chatting) -> None:
    chat.service.will(
        anthropic_wire.text("One", stop="pause_turn"), anthropic_wire.text("Two", stop="end_turn")
    )
    answer = await chat.ask(provider="anthropic")
    assert (answer["answer"], answer["iterations"], answer["ending"]) == ("Two", 2, "end")
    last = chat.service.requests[1].body["messages"][-1]
    assert last == {"role": "assistant", "content": [{"type": "text", "text": "One"}]}


async def test_a_model_that_never_stops_looking_is_stopped(chat: Chatting) -> None:
    chat.service.will(*(openai_wire.calls(("list_runs", "{}")) for _ in range(11)))
    answer = await chat.ask()
    assert (answer["ending"], answer["iterations"]) == ("rounds", 10)
    systems = [request.body["messages"][0]["content"] for request in chat.service.requests]
    assert ["last reply" in said for said in systems] == [False] * 9 + [True]


async def test_the_budget_of_tokens_ends_a_question(home: Home) -> None:
    async with chatting(home, tokens=300) as chat:
        chat.service.will(*(openai_wire.calls(("list_runs", "{}")) for _ in range(3)))
        answer = await chat.ask()
        assert (answer["ending"], answer["iterations"]) == ("tokens", 2)
        assert "chat_tokens" in answer["note"]


async def test_a_service_that_says_nothing_is_given_up(home: Home) -> None:
    async with chatting(home, silence=0.2) as chat:
        chat.service.will(Scripted([], then="hang"), Scripted([], then="hang"))
        for provider in ("openai", "anthropic"):
            said = detail(await chat.post(provider=provider), 503)
            assert said.startswith(f"{provider} said nothing for 0.2 s")


async def test_a_question_ends_with_its_time(home: Home) -> None:
    async with chatting(home, seconds=0.3) as chat:
        chat.service.will(Scripted([], then="hang"))
        assert "chat_seconds" in detail(await chat.post(), 503)


@pytest.mark.parametrize(
    ("provider", "script", "status", "said"),
    [
        ("openai", openai_wire.broken("half", then="abort"), 503, "openai cannot be reached"),
        ("openai", Scripted([b"data: {no json\n\n"]), 503, "no JSON"),
        ("openai", openai_wire.refused(404, "no model m"), 400, "no model named 'm'"),
        ("openai", openai_wire.refused(400, "too long"), 400, "too long"),
        ("openai", openai_wire.refused(500, "oops"), 503, "oops"),
        ("openai", error(429, {}, **{"Retry-After": "soon"}), 429, "at its limit"),
        ("openai", openai_wire.event({"error": {"message": "gone"}}), 503, "gone"),
        ("anthropic", anthropic_wire.broken("half", then="abort"), 503, "cannot be reached"),
        ("anthropic", Scripted([b"event: message_start\ndata: {no\n\n"]), 503, "no JSON"),
        ("anthropic", anthropic_wire.failing("overloaded_error", "busy"), 503, "busy"),
        ("anthropic", anthropic_wire.failing("rate_limit_error", "busy"), 429, "busy"),
        ("anthropic", anthropic_wire.refused(402, "billing_error", "empty"), 403, "to be paid"),
    ],
)
async def test_a_fault_of_a_service_is_an_error_that_names_it(
    chat: Chatting, provider: str, script: Any, status: int, said: str
) -> None:
    chat.service.will(Scripted([script]) if isinstance(script, bytes) else script)
    answer = await chat.post(provider=provider)
    assert said in detail(answer, status)
    assert provider in detail(answer, status)
    assert ("Retry-After" in answer.headers) is (status in (429, 503))
    assert len(chat.service.requests) == 1


@pytest.mark.parametrize("plugin", [ChatOpenai, ChatAnthropic])
async def test_a_service_that_is_not_there_is_an_error(
    plugin: type[ChatOpenai] | type[ChatAnthropic],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    [provider] = plugin(base_url=f"http://127.0.0.1:{port}", api_key="a").chachaml_llm_providers()
    with pytest.raises(Upstream, match=r"cannot be reached .* \(ConnectError\)"):
        await provider.models()


def test_the_sdks_are_not_imported_when_a_server_starts(tmp_path: Path) -> None:
    program = """
import sys
from chachaml_chat import ChatAnthropic, ChatOpenai
for plugin in (ChatAnthropic(api_key="a"), ChatOpenai(api_key="a")):
    [provider] = plugin.chachaml_llm_providers()
    assert provider.has_key
print(sorted({"openai", "anthropic", "httpx2", "pydantic"} & sys.modules.keys()))
"""
    assert run(sys.executable, "-c", program, cwd=tmp_path).strip() == "[]"
