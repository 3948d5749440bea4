"""Conversations: what becomes of them when they end, go wrong, or are left."""

from collections.abc import Callable

import httpx
import openai  # noqa: F401  so that no question's time is spent on it
from chachaml_kernel import Server
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.talking import ask
from tests.servers import openai_wire as wire
from tests.servers.scripted import Service


def has_room(server: Server) -> bool:
    """Tell whether one more question is answered, by asking it."""
    asked = {"question": "Is there room?", "provider": "openai"}
    return httpx.post(f"{server.url}/api/chat", json=asked).status_code == 200


def begin(page: Page) -> None:
    """Ask a question whose answer begins, and wait until it has."""
    ask(page, "A long story?")
    expect(page.get_by_text("I begin")).to_be_visible()


def test_a_new_chat_forgets_the_answer_under_way(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.broken("I begin", then="hang"))
    page = visit(talk(), "/chat", refusals=(0,))
    begin(page)
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_text("Ask in your own words")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Ask in your own words")).to_be_visible()


def test_what_has_come_is_kept_when_the_page_is_left(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.broken("I begin", then="hang"), wire.text("All of it."))
    page = visit(talk(), "/chat", refusals=(0,))
    begin(page)
    page.evaluate("dispatchEvent(new Event('pagehide'))")  # before the answer breaks off by that
    page, address = page.context.new_page(), page.url
    page.goto(address)
    expect(page.get_by_text("I begin")).to_be_visible()
    expect(page.locator("#chat").get_by_role("alert")).to_contain_text("broke off")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("All of it.")).to_be_visible()


def test_two_tabs_keep_what_was_said_in_both(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.text("One."), wire.text("Two."))
    first = visit(talk(), "/chat")
    second = first.context.new_page()
    second.goto(first.url)
    ask(first, "In the first?")
    expect(first.get_by_role("button", name="Copy")).to_be_visible()
    ask(second, "In the second?")
    expect(second.get_by_role("button", name="Copy")).to_be_visible()
    second.reload()
    expect(second.locator(".me")).to_have_text(["In the first?", "In the second?"])


def test_where_the_browser_has_no_room_the_oldest_is_forgotten(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.text("One. " * 20), wire.text("Two."))
    page = visit(talk(), "/chat")
    ask(page, "First?")
    expect(page.get_by_role("button", name="Copy")).to_be_visible()
    page.evaluate(
        "for (let size = 2 ** 22; size >= 1; size /= 2)"
        " try { localStorage[`full ${size}`] = 'x'.repeat(size); } catch { continue; }"
    )
    ask(page, "Second?")
    expect(page.get_by_role("button", name="Copy")).to_have_count(2)
    page.reload()
    expect(page.locator(".me")).to_have_text(["Second?"])


def test_an_answer_is_stopped_and_the_model_with_it(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.broken("I begin", then="hang"))
    page = visit(talk(), "/chat", refusals=(0,))
    begin(page)
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
    begin(one)
    other = visit(server, "/chat", refusals=(429,))
    ask(other, "Hello?")
    expect(other.locator("#chat").get_by_role("alert")).to_contain_text("setting chat_questions")
    one.get_by_role("button", name="Stop").click()
    while not has_room(server):
        pass
    other.get_by_role("button", name="Try again").click()
    expect(other.get_by_text("Now.")).to_be_visible()
