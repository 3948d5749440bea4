"""The chat, as somebody uses it, with a scripted model behind the real SDK."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import openai  # noqa: F401  so that no question's time is spent on it
import pytest
from chachaml_kernel import Server
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, WIDE, Serve, Theme, Visit
from tests.browser.listed import a_few_runs, no_runs
from tests.browser.talking import serve_talking, service_in_thread
from tests.servers import openai_wire as wire
from tests.servers.scripted import Service

RUN = f"{1:032x}"
SECRET = "sk-of-a-person"
HOSTILE = '<img src=x onerror="document.title=1"> **bold** <script>document.title=2</script>'


@pytest.fixture
def service() -> Iterator[Service]:
    with service_in_thread() as service:
        yield service


@pytest.fixture
def talk(tmp_path: Path, service: Service) -> Iterator[Callable[..., Server]]:
    """Return what serves a few runs and a chat, with a key or without."""
    with ExitStack() as stack:
        yield lambda key="sk-server", limits="": stack.enter_context(
            serve_talking(tmp_path, service, a_few_runs, key=key, limits=limits)
        )


def ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")


def has_room(server: Server) -> bool:
    """Tell whether one more question is answered, by asking it."""
    asked = {"question": "Is there room?", "provider": "openai"}
    return httpx.post(f"{server.url}/api/chat", json=asked).status_code == 200


@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_answer_streams_with_its_calls_and_its_links(
    talk: Callable[..., Server], service: Service, visit: Visit, theme: Theme, window: ViewportSize
) -> None:
    service.will(
        wire.calls(("list_runs", '{"limit": 5}'), ("get_run", '{"run_id": "nobody"}')),
        wire.text("The best is ", f"[**this one**](/runs/{RUN}). ", HOSTILE),
    )
    page = visit(talk(), "/chat", theme=theme, window=window)
    ask(page, "Which is best?")
    expect(page.get_by_text("Which is best?")).to_be_visible()
    calls = page.locator(".call")
    expect(calls).to_have_count(2)
    expect(calls.first).to_contain_text("list_runs(limit=5)")
    expect(calls.last).to_contain_text("refused")
    calls.first.locator("summary").click()
    expect(calls.first.locator("pre")).to_contain_text(RUN)
    expect(page.locator(".bot .prose strong").last).to_have_text("bold")
    expect(page.locator("#chat img, #chat script")).to_have_count(0)
    expect(page.locator(".bot[aria-busy]")).to_have_count(0)
    expect(page.get_by_text("2 rounds, 330 tokens")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("link", name="this one").click()
    page.wait_for_url(f"**/runs/{RUN}")
    page.go_back()
    expect(page.locator(".bot .prose strong").last).to_have_text("bold")
    assert page.title() == "Chat · chachaml"


def test_what_was_said_before_is_told_again_and_forgotten_on_demand(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.text("Two."), wire.text("Yes."))
    page = visit(talk(), "/chat")
    ask(page, "How many runs?")
    expect(page.get_by_text("Two.")).to_be_visible()
    page.reload()
    ask(page, "Sure?")
    expect(page.get_by_text("Yes.")).to_be_visible()
    said = [message["content"] for message in service.requests[1].body["messages"]]
    assert "How many runs?" in str(said)
    assert "Two." in str(said)
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_text("Ask in your own words")).to_be_visible()
    expect(page.get_by_text("Yes.")).to_have_count(0)


def test_a_key_is_kept_in_the_browser_and_sent_with_each_question(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.text("Good."), wire.text("Good again."))
    page = visit(talk(key=""), "/chat")
    expect(page.get_by_text("neither stores nor logs it")).to_be_visible()
    page.get_by_label("API key").fill(SECRET)
    ask(page, "Hello?")
    expect(page.get_by_text("Good.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("API key")).to_have_value(SECRET)
    ask(page, "And now?")
    expect(page.get_by_text("Good again.")).to_be_visible()
    keys = [request.headers["Authorization"] for request in service.requests]
    assert keys == [f"Bearer {SECRET}"] * 2
    assert SECRET not in page.url
    assert SECRET not in page.content()


def test_an_answer_is_stopped_and_the_model_with_it(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.broken("I begin", then="hang"))
    page = visit(talk(), "/chat", refusals=(0,))
    ask(page, "A long story?")
    expect(page.get_by_text("I begin")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("stopped", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()


def test_half_an_answer_says_that_its_time_is_over(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.broken("I begin", then="hang"))
    page = visit(talk(limits="chat_seconds = 2"), "/chat")
    ask(page, "A long story?")
    expect(page.locator("#chat").get_by_role("alert")).to_contain_text("setting chat_seconds")
    expect(page.get_by_text("I begin")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()


def test_what_goes_wrong_is_said_and_can_be_tried_again(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.refused(401, "bad key"), wire.text("Now."))
    page = visit(talk(), "/chat", refusals=(400, 401, 403, 502, 503))
    ask(page, "Hello?")
    expect(page.locator("#chat").get_by_role("alert")).to_contain_text("key")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Now.")).to_be_visible()


def test_a_question_too_many_can_be_tried_again(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    server = talk(limits="chat_questions = 1")
    service.will(wire.broken("I begin", then="hang"), wire.text("Room."), wire.text("Now."))
    one = visit(server, "/chat", refusals=(0,))
    ask(one, "A long story?")
    expect(one.get_by_text("I begin")).to_be_visible()
    other = visit(server, "/chat", refusals=(429,))
    ask(other, "Hello?")
    expect(other.locator("#chat").get_by_role("alert")).to_contain_text("setting chat_questions")
    one.get_by_role("button", name="Stop").click()
    while not has_room(server):
        pass
    other.get_by_role("button", name="Try again").click()
    expect(other.get_by_text("Now.")).to_be_visible()


def test_examples_are_about_what_is_there(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.text("None did."))
    page = visit(talk(), "/chat")
    page.get_by_role("button", name="Did any run fail or diverge this week?").click()
    expect(page.get_by_text("None did.")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_without_a_model_the_page_says_how_to_get_one(
    serve_runs: Serve, visit: Visit, theme: Theme
) -> None:
    page = visit(serve_runs(no_runs), "/chat", theme=theme)
    expect(page.get_by_text("[plugins.chat_openai]")).to_be_visible()
    assert barriers(page) == []
