"""What may be asked, what is remembered of what was said, and settings that cannot work."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from chachaml_chat import ChatAnthropic, ChatOpenai
from chachaml_chat.service import seconds
from chachaml_kernel.config import Config, KernelSettings
from chachaml_kernel.domain.chat import MAX_HISTORY, MAX_TURNS, Asked, Event, Returned, recent
from chachaml_kernel.domain.conversation import Question, Reply, ToolCall, ToolResult
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.plugins import load
from chachaml_kernel.services.chat.calls import FAILED, MAX_RESULT, Calls, capped

PARTS: dict[str, dict[str, object]] = {"store_sqlite": {}, "artifacts_fs": {}}


def test_of_a_long_history_the_newest_is_read_from_a_question_on() -> None:
    said = (Question("a"), Reply("b" * MAX_HISTORY), Question("c"), Reply(" "), Reply("d"))
    assert recent(said) == [Question("c"), Reply("d")]
    assert recent([Reply("a"), Question("b")]) == [Question("b")]
    assert recent([]) == []
    many = [Question(str(turn)) for turn in range(MAX_TURNS + 5)]
    assert recent(many) == many[5:]


def test_a_result_that_is_too_long_says_how_much_is_missing() -> None:
    assert capped("x" * MAX_RESULT) == "x" * MAX_RESULT
    assert "(5 characters more were left out; " in capped("x" * (MAX_RESULT + 5))


async def test_a_tool_that_fails_unforeseen_does_not_end_the_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken:
        def offered(self, *, annotate: bool) -> list[Any]:
            raise AssertionError(annotate)

        async def call(
            self, name: str, arguments: Mapping[str, JsonValue], *, annotate: bool = False
        ) -> msgspec.Struct:
            raise ZeroDivisionError(f"a secret of {name} {arguments} {annotate}")

    told: list[Event] = []

    async def tell(event: Event) -> None:
        told.append(event)

    done = await Calls(Broken(), annotate=False, tell=tell).do([ToolCall("x", "odd", "{}")])
    assert done.results == [ToolResult("x", FAILED, is_error=True)]
    assert isinstance(told[-1], Returned)
    assert "a secret of odd" in caplog.text


@pytest.mark.parametrize(
    ("header", "wait"),
    [(None, 10), ("7", 7), ("0", 1), ("9" * 30, 3_600), ("Sun, 22 Nov 2026 08:00:00 GMT", 10)],
)
def test_a_service_is_waited_for_within_bounds(header: str | None, wait: int) -> None:
    assert seconds(header) == wait


def test_no_key_is_shown() -> None:
    shown = [
        Asked(question="q", provider="p", key="sk-1"),
        ChatAnthropic(api_key="sk-1"),
        ChatOpenai(api_key="sk-1"),
        ChatOpenai(api_key="sk-1").chachaml_llm_providers(),
    ]
    assert "sk-1" not in repr(shown)


@pytest.mark.parametrize("name", ["chat_anthropic", "chat_openai"])
@pytest.mark.parametrize(
    "wrong",
    [{"api_key": "a key"}, {"base_url": "host"}, {"max_tokens": 0}, {"timeout": 0}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_setting_that_cannot_work_stops_the_start(name: str, wrong: dict[str, Any]) -> None:
    config = Config(plugins={**PARTS, name: wrong}, data=Path())
    with pytest.raises(ConfigError, match=next(iter(wrong))) as raised:
        load(config)
    assert "a key" not in str(raised.value)


@pytest.mark.parametrize("plugin", [ChatAnthropic, ChatOpenai])
@pytest.mark.parametrize(
    "url", ["host", "ftp://host", "http://", "http://[::1", "http://host:99999", "http:// x"]
)
def test_a_base_url_is_an_address(plugin: type[ChatAnthropic] | type[ChatOpenai], url: str) -> None:
    with pytest.raises(ValueError, match="base_url is '"):
        plugin(base_url=url)
    plugin(base_url="http://[::1]:11434/v1")


def test_both_providers_are_found_by_their_tables() -> None:
    parts = load(Config(plugins={**PARTS, "chat_anthropic": {}, "chat_openai": {}}))
    assert list(parts.llm_providers) == ["anthropic", "openai"]
    assert [each.has_key for each in parts.llm_providers.values()] == [False, False]


def test_a_provider_without_its_sdk_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)  # as if it were not installed
    with pytest.raises(ConfigError, match="pip install 'chachaml-chat\\[openai\\]'"):
        load(Config(plugins={**PARTS, "chat_openai": {}}))


@pytest.mark.parametrize(
    "wrong", [{"chat_questions": 0}, {"chat_tokens": 0}, {"chat_seconds": float("inf")}]
)
def test_a_budget_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        KernelSettings(**wrong)
