"""The chat, as somebody uses it, with a scripted model behind the real SDK."""

from collections.abc import Callable

import openai  # noqa: F401  so that no question's time is spent on it
import pytest
from chachaml_kernel import Server
from playwright.sync_api import ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, WIDE, Serve, Theme, Visit
from tests.browser.listed import a_few_runs, no_runs
from tests.browser.logbook import Logbook, Write
from tests.browser.talking import ask
from tests.servers import openai_wire as wire
from tests.servers.scripted import Scripted, Service

RUN = f"{1:032x}"
SECRET = "sk-of-a-person"
WEEK = "Did any run fail or diverge this week?"
FOREIGN = "[elsewhere](//evil.example/runs)"
HOSTILE = (
    FOREIGN + '<img src=x onerror="document.title=1"> **bold** <script>document.title=2</script>'
)


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
    expect(calls.first.get_by_role("columnheader").first).to_have_text("name")
    expect(calls.first.locator("tbody tr")).to_have_count(4)
    first = calls.first.locator("tbody a").first
    assert f'"url": "{first.get_attribute("href")}"' in calls.first.locator("pre").inner_text()
    expect(page.locator(".bot .prose strong").last).to_have_text("bold")
    expect(page.locator("#chat img, #chat script")).to_have_count(0)
    expect(page.locator(".cite")).to_have_text(["this one"])
    expect(page.locator(".bot[aria-busy]")).to_have_count(0)
    expect(page.locator(".bot").get_by_text("2 rounds, 330 tokens")).to_be_visible()
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
    ask(page, "Hello?")
    expect(page.get_by_label("API key")).to_be_focused()  # since it is wanted
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


def test_each_reply_is_a_part_of_its_own_and_what_was_spent_is_told(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    looks = wire.chunk(delta={"content": "I look:"})
    service.will(
        Scripted([looks, *wire.calls(("list_runs", '{"limit": 1}')).pieces]),
        wire.text("# Found\n\n1. one\n\n", "```\ncode\n```"),
    )
    page = visit(talk(), "/chat")
    ask(page, "Which?")
    expect(page.get_by_role("heading", name="Found")).to_be_visible()
    expect(page.get_by_text("I look:", exact=True)).to_be_visible()
    expect(page.locator(".prose ol")).to_have_css("list-style-type", "decimal")
    expect(page.locator(".prose pre code")).to_have_css("padding-left", "0px")
    expect(page.get_by_role("status").filter(has_text="rounds")).to_have_text(
        "2 rounds, 330 tokens"
    )
    expect(page.locator(".call summary")).to_contain_text("1 run")


@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_the_end_of_an_answer_is_in_sight_until_its_reader_goes_up(
    talk: Callable[..., Server], service: Service, visit: Visit, window: ViewportSize
) -> None:
    service.will(*(wire.text("Word.\n\n" * 100, f"End {which}.") for which in ("one", "two")))
    page = visit(talk(), "/chat", window=window)
    ask(page, "First?")
    expect(page.get_by_text("End one.")).to_be_in_viewport()
    ask(page, "Second?")
    expect(page.get_by_text("End two.")).to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    page.locator("#chat").evaluate("chat => { chat.style.minHeight = '9999px'; }")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.get_by_text("First?")).to_be_in_viewport()


def test_an_example_is_asked_by_its_button(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.text("None did."))
    page = visit(talk(), "/chat")
    page.get_by_role("button", name=WEEK).click()
    expect(page.get_by_text("None did.")).to_be_visible()


async def one_run(logbook: Logbook) -> None:
    await logbook.run("alone", experiment="small", metric=("accuracy", 0.9))


@pytest.mark.parametrize(
    ("write", "examples"),
    [
        (no_runs, []),
        (one_run, ["How did the run of small go?", WEEK]),
        (
            a_few_runs,
            [
                "How do the runs of words differ?",
                "Which run of digits has the best accuracy?",
                "What do the best runs of digits have in common?",
                WEEK,
            ],
        ),
    ],
)
def test_examples_are_about_what_is_there(
    talk: Callable[..., Server], visit: Visit, write: Write, examples: list[str]
) -> None:
    page = visit(talk(write), "/chat")
    expect(page.locator(".asks button")).to_have_text(examples)
    expect(page.get_by_role("link", name="log the first one")).to_have_count(int(not examples))


def test_the_page_says_whether_the_model_may_change_something(
    talk: Callable[..., Server], visit: Visit
) -> None:
    expect(visit(talk(), "/chat").get_by_text("changes nothing")).to_be_visible()
    page = visit(talk(no_runs, limits="chat_annotate = true"), "/chat")
    expect(page.get_by_text("sets tags, notes and descriptions")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_without_a_model_the_page_says_how_to_get_one(
    serve_runs: Serve, visit: Visit, theme: Theme
) -> None:
    page = visit(serve_runs(no_runs), "/chat", theme=theme)
    expect(page.get_by_text("[plugins.chat_openai]")).to_be_visible()
    assert barriers(page) == []
