"""Runs selected in the list, and what is done with them in a browser."""

import re

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Theme, Visit
from tests.browser.hostile import sideways
from tests.browser.listed import PHONE, THEMES, WIDE, a_few_runs, names


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select {name}")


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Selected runs")


def test_a_selection_is_counted_and_stays_from_page_to_page(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?limit=2")
    expect(bar(page)).to_be_hidden()
    box(page, "young").check()
    expect(bar(page)).to_contain_text("1 selected")
    page.get_by_role("link", name="Next 2").click()
    box(page, "slow").check()
    expect(bar(page)).to_contain_text("2 selected, 1 not shown")
    page.get_by_role("link", name="First page").click()
    expect(box(page, "young")).to_be_checked()
    expect(box(page, "diverged")).not_to_be_checked()
    bar(page).get_by_role("button", name="Clear the selection").click()
    expect(box(page, "young")).not_to_be_checked()
    expect(bar(page)).to_be_hidden()


def test_a_selection_is_in_nobodys_way_on_a_phone(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?limit=2", window=PHONE)
    box(page, "young").check()
    for button in bar(page).locator("a, button").all():
        expect(button).to_be_in_viewport(ratio=1)
    page.get_by_role("link", name="Next 2").click()
    expect(bar(page)).to_contain_text("1 selected, 1 not shown")
    assert sideways(page) == 0


def test_a_range_and_a_whole_page_are_selected(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    box(page, "young").click()
    box(page, "quick").click(modifiers=["Shift"])
    expect(bar(page)).to_contain_text("3 selected")
    whole = box(page, "all on this page")
    expect(whole).to_have_js_property("indeterminate", value=True)
    whole.check()
    expect(bar(page)).to_contain_text("4 selected")
    whole.uncheck()
    expect(bar(page)).to_be_hidden()


def test_a_row_that_is_replaced_stays_selected(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    box(page, "quick").check()
    page.locator("tbody").evaluate("body => { body.innerHTML = body.innerHTML; }")
    expect(box(page, "quick")).to_be_checked()


def test_comparing_takes_two(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    box(page, "slow").check()
    compare = bar(page).get_by_role("link", name="Compare")
    compare.click()
    expect(page.locator(".toast")).to_have_text("Comparing takes 2 to 100 runs; 1 selected")
    box(page, "quick").check()
    expect(compare).to_have_attribute("href", re.compile(f"^/compare.ids={1:032x},{2:032x}$"))


def test_runs_are_archived_and_an_undo_brings_them_back(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    box(page, "slow").check()
    box(page, "young").check()
    bar(page).get_by_role("button", name="Archive").click()
    expect(names(page)).to_have_text(["diverged", "quick"])
    expect(page.get_by_role("link", name="Archived 2")).to_be_visible()
    expect(bar(page)).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(names(page)).to_have_count(4)


def test_who_archives_by_keyboard_stays_in_the_list(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    box(page, "diverged").focus()
    page.keyboard.press("Space")
    bar(page).get_by_role("button", name="Archive").press("Enter")
    expect(page.get_by_role("link", name="quick")).to_be_focused()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("link", name="diverged")).to_be_focused()


def test_a_slow_answer_is_waited_for_in_sight(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    held: list[Route] = []
    page.route("**/api/w/bulk", lambda route: held.append(route))
    box(page, "quick").check()
    bar(page).get_by_role("button", name="Archive").click()
    waiting = page.get_by_role("progressbar", name="Waiting for the server")
    expect(waiting).to_be_visible()
    held.pop().continue_()
    expect(page.get_by_text("1 run archived")).to_be_visible()
    expect(waiting).to_have_count(0)


def test_archived_runs_are_deleted_once_that_is_confirmed(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    box(page, "slow").check()
    box(page, "quick").check()
    bar(page).get_by_role("button", name="Archive").click()
    page.get_by_role("link", name="Archived 2").click()
    box(page, "slow").check()
    bar(page).get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete 1 run for ever?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(names(page)).to_have_text(["quick", "slow"])
    bar(page).get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete 1 run").click()
    expect(names(page)).to_have_text(["quick"])
    expect(page.get_by_role("link", name="quick")).to_be_focused()


def test_selected_runs_are_tagged(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?columns=tag.goal")
    box(page, "slow").check()
    page.keyboard.press("Escape")
    expect(bar(page)).to_be_hidden()
    box(page, "slow").check()
    bar(page).get_by_role("button", name="Tag").click()
    page.get_by_role("textbox", name="Key").fill("goal")
    page.get_by_role("textbox", name="Value").fill("<i>paper</i>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="slow")).to_contain_text("<i>paper</i>")
    expect(box(page, "slow")).to_be_checked()


def test_selected_runs_are_exported(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    box(page, "slow").check()
    box(page, "young").check()
    with page.expect_download() as exported:
        bar(page).get_by_role("button", name="Export").click()
    lines = exported.value.path().read_text().splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["young", "slow"]


def test_keys_move_select_and_open(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    rows = page.locator("tbody tr")
    for _ in range(2):
        page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("X")
    expect(bar(page)).to_contain_text("2 selected")
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Tag 2 runs")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(bar(page)).to_contain_text("2 selected")
    page.keyboard.press("v")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).to_be_hidden()
    page.wait_for_function("document.activeElement.closest('[popover]') === null")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Query")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page).to_have_title("young · chachaml")


@pytest.mark.parametrize("theme", THEMES)
def test_nobody_is_kept_out_of_a_selection(serve_runs: Serve, visit: Visit, theme: Theme) -> None:
    server = serve_runs(a_few_runs)
    for window in (WIDE, PHONE):
        page = visit(server, window=window, theme=theme)
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(bar(page)).to_be_visible()
        assert barriers(page) == []
        bar(page).get_by_role("button", name="Tag").click()
        expect(page.get_by_role("dialog", name="Tag 1 run")).to_be_visible()
        assert barriers(page) == []


def test_what_is_updated_keeps_selection_keyboard_and_curves(
    serve_runs: Serve, visit: Visit
) -> None:
    server = serve_runs(a_few_runs)
    page = visit(server)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".spark svg")).to_have_count(3)
    httpx.post(f"{server.url}/api/w/runs", json={"name": "new"}).raise_for_status()
    expect(names(page).first).to_have_text("new", timeout=30_000)
    expect(box(page, "diverged")).to_be_checked()
    expect(page.locator("tr[aria-current=true]")).to_contain_text("diverged")
    expect(page.locator(".spark svg")).to_have_count(3)
    page.keyboard.press("l")
    expect(page.get_by_role("switch")).not_to_be_checked()
