"""How questions end, and what is told until then."""

import asyncio
from collections.abc import AsyncIterator

import openai  # noqa: F401  so that no question's time is spent on it
import pytest

from tests.http.chatting import EVENTS, Chatting, chatting
from tests.http.client import detail
from tests.servers import openai_wire
from tests.servers.pairs import Home

HALF = openai_wire.broken("half", then="hang")
SILENCE = openai_wire.broken(then="hang")


@pytest.fixture
async def hurried(home: Home) -> AsyncIterator[Chatting]:
    async with chatting(home, seconds=2, heartbeat=0.01) as chat:
        yield chat


async def test_a_client_hears_signs_of_life_while_the_model_is_silent(home: Home) -> None:
    async with chatting(home, heartbeat=0.01) as chat:
        chat.service.will(HALF)
        async with chat.streamed() as events:
            assert await events.told("text") == {"text": "half"}
            assert [await events.next() for _ in range(3)] == [("beat", {})] * 3


async def test_an_error_after_a_sign_of_life_is_an_event(hurried: Chatting) -> None:
    hurried.service.will(SILENCE)
    async with hurried.streamed() as events:
        assert await events.next() == ("beat", {})
        failed = await events.told("error")
    assert failed["status"] == 503
    assert "setting chat_seconds" in failed["detail"]


async def test_half_an_answer_is_given_when_the_time_is_over(hurried: Chatting) -> None:
    hurried.service.will(HALF, HALF)
    answer = await hurried.ask()
    assert (answer["answer"], answer["ending"], answer["iterations"]) == ("half", "time", 1)
    assert "setting chat_seconds" in answer["note"]
    async with hurried.streamed() as events:
        done = await events.told("done")
    assert {**done, "tool_calls": []} == answer
    await hurried.service.left.wait()


async def test_a_question_too_many_costs_nothing_and_comes_later(home: Home) -> None:
    async with chatting(home, questions=1) as chat:
        chat.service.will(HALF, openai_wire.text("Now."))
        async with chat.streamed() as events:
            await events.told("text")
            late = await chat.post()
            assert "1 questions are being answered (setting chat_questions)" in detail(late, 429)
            assert late.headers["Retry-After"] == "5"
            assert len(chat.service.requests) == 1
        while (now := await chat.post()).status_code == 429:
            pass
        assert now.json()["answer"] == "Now."


@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["JSON", "events"])
async def test_a_client_that_goes_away_is_counted_and_logged_as_that(
    home: Home, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    caplog.set_level("INFO")
    async with chatting(home) as chat:
        chat.service.will(HALF)
        asking = asyncio.create_task(
            chat.http.post("/api/chat", json=chat.asked(), headers=headers)
        )
        await chat.service.asked.wait()
        asking.cancel()
        await asyncio.wait([asking])
        figures = ""
        while 'route="/api/chat"' not in figures:
            figures = (await chat.http.get("/metrics")).text
    assert (
        'chachaml_http_requests_total{method="POST",route="/api/chat",status="499"} 1.0' in figures
    )
    [logged] = [each for each in caplog.messages if "POST /api/chat " in each]
    assert " 499 " in logged
    assert all(each.levelname == "INFO" for each in caplog.records)
