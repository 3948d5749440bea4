"""The list of runs, as somebody uses it in a browser."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Theme, Visit
from tests.browser.hostile import HOSTILE, sideways
from tests.browser.listed import PHONE, THEMES, WIDE, a_few_runs, a_sweep, names, no_runs
from tests.browser.logbook import Logbook, Write


async def hostile_runs(logbook: Logbook) -> None:
    for text in HOSTILE:
        await logbook.run(text, experiment=text, created_by=text, metric=(text, 1.0))


def test_runs_are_listed_newest_first(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/")
    expect(page).to_have_title("Runs · chachaml")
    expect(page.get_by_text("4 runs, newest first")).to_be_visible()
    expect(names(page)).to_have_text(["young", "diverged", "quick", "slow"])
    quick = page.get_by_role("row", name="quick")
    expect(quick.get_by_text("completed")).to_be_attached()
    shown = ["00000002", "digits", "accuracy 0.9500", "maria", "9 Oct 2025", "1 s"]
    assert quick.get_by_role("cell").all_inner_texts()[1:] == shown
    expect(page.get_by_role("row", name="slow")).to_contain_text("54 min 20 s")
    expect(page.get_by_role("row", name="diverged")).to_contain_text("loss NaN")
    expect(page.locator(".pager")).to_contain_text("4 of 4")


def test_a_header_sorts_and_clicked_again_turns_the_order_round(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_few_runs))
    page.get_by_role("link", name="Name").click()
    expect(names(page)).to_have_text(["diverged", "quick", "slow", "young"])
    header = page.get_by_role("columnheader", name="Name")
    expect(header).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name="Name").click()
    expect(names(page)).to_have_text(["young", "slow", "quick", "diverged"])
    expect(header).to_have_attribute("aria-sort", "descending")
    page.get_by_role("link", name="Duration").click()
    expect(names(page)).to_have_text(["slow", "diverged", "quick", "young"])


def test_an_experiment_is_chosen_and_what_else_was_asked_stays(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?sort=name")
    page.get_by_role("combobox", name="Experiment").select_option("digits")
    page.wait_for_url("**experiment=digits**")
    expect(names(page)).to_have_text(["quick", "slow"])
    expect(page.get_by_role("heading", level=1)).to_have_text("digits")
    expect(page.get_by_role("columnheader", name="Experiment")).to_have_count(0)


def test_tabs_show_one_status_and_cells_narrow_the_list(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    tabs = page.get_by_role("navigation", name="Status").get_by_role("link")
    expect(tabs).to_have_text(["All 4", "Running 1", "Completed 2", "Failed 1", "Archived 0"])
    tabs.filter(has_text="Failed").click()
    expect(names(page)).to_have_text(["diverged"])
    expect(tabs.filter(has_text="Failed")).to_have_attribute("aria-current", "true")
    tabs.filter(has_text="Archived").click()
    expect(page.get_by_role("heading", name="No runs here")).to_be_visible()
    tabs.filter(has_text="All").click()
    page.get_by_role("link", name="maria").click()
    expect(names(page)).to_have_text(["quick"])
    page.get_by_role("link", name="by = maria").click()
    expect(names(page)).to_have_count(4)


def test_who_started_them_is_chosen_from_a_menu(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    page.get_by_role("button", name="Anyone").click()
    page.locator("#authors").get_by_role("link", name="maria").click()
    expect(names(page)).to_have_text(["quick"])


def test_a_tag_is_chosen_from_a_menu(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_sweep))
    page.get_by_role("button", name="Tag").click()
    page.locator("#tags").get_by_role("link", name="goal = paper").click()
    expect(names(page)).to_have_text(["run 2", "run 1", "run 0"])
    page.get_by_role("link", name="Clear all").click()
    expect(page).to_have_url(re.compile("/runs$"))


def test_where_nothing_is_found_the_page_says_what_to_drop(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?experiment=digits&created_by=maria&status=failed")
    choices = page.locator(".blank li")
    expect(choices).to_have_text(
        ["without experiment = digits 0", "without by = maria 0", "without status = failed 1"]
    )
    choices.last.get_by_role("link").click()
    expect(names(page)).to_have_text(["quick"])


def test_children_are_folded_under_their_parent(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_sweep))
    expect(names(page)).to_have_text(["run 2", "run 1", "run 0", "sweep"])
    fold = page.get_by_role("link", name="Children of sweep")
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.click()
    expect(names(page)).to_have_text(["run 2", "run 1", "run 0", "sweep", "child 1", "child 0"])
    expect(fold).to_be_focused()
    page.reload()
    expect(names(page)).to_have_count(6)
    fold.click()
    expect(names(page)).to_have_count(4)
    searched = page.goto(f"{page.url.partition('?')[0]}?name=child 1")
    assert searched is not None
    expect(names(page)).to_have_text(["child 1"])


def test_pages_follow_one_another_without_a_gap(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?limit=3&sort=name")
    expect(names(page)).to_have_text(["diverged", "quick", "slow"])
    page.get_by_role("link", name="Next 3").click()
    expect(names(page)).to_have_text(["young"])
    expect(page.get_by_role("link", name="Next 3")).to_have_count(0)
    page.get_by_role("link", name="First page").click()
    expect(names(page)).to_have_text(["diverged", "quick", "slow"])


def test_a_name_leads_to_the_page_of_its_run(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    page.get_by_role("link", name="slow").click()
    expect(page).to_have_title("slow · chachaml")


async def a_long_headline(logbook: Logbook) -> None:
    await logbook.run("plain", metric=("accuracy", 0.5))
    await logbook.run("wordy " * 40, metric=("W" * 250, 0.25))


@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_a_long_headline_metric_leaves_the_values_in_view(
    serve_runs: Serve, visit: Visit, window: ViewportSize
) -> None:
    page = visit(serve_runs(a_long_headline), window=window)
    for value in ("0.5000", "0.2500"):
        box = page.get_by_role("cell", name=value).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= window["width"]


@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_hostile_text_is_text_and_stays_in_its_place(
    serve_runs: Serve, visit: Visit, window: ViewportSize
) -> None:
    page = visit(serve_runs(hostile_runs), window=window)
    expect(page).to_have_title("Runs · chachaml")
    written = page.locator("tbody th .name a bdi").evaluate_all(
        "cells => cells.map(c => c.textContent)"
    )
    assert written == [*reversed(HOSTILE)]
    assert page.locator("body script, tbody img").count() == 0
    assert sideways(page) == 0
    for row in page.locator("tbody tr").all():
        box = row.bounding_box()
        assert box is not None
        assert box["height"] < 60
    page.get_by_role("combobox", name="Experiment").select_option("W" * 250)
    page.wait_for_url("**experiment=W**")
    expect(names(page)).to_have_count(1)
    assert sideways(page) == 0


@pytest.mark.parametrize("write", [a_few_runs, no_runs], ids=["runs", "no runs"])
def test_pages_fit_a_phone_in_both_themes(serve_runs: Serve, visit: Visit, write: Write) -> None:
    server = serve_runs(write)
    shades = []
    for theme in THEMES:
        page = visit(server, window=PHONE, theme=theme)
        assert sideways(page) == 0
        shades.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert shades == ["rgb(255, 255, 255)", "rgb(20, 23, 24)"]


def test_a_narrow_row_still_says_status_and_author(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), window=PHONE)
    row = page.get_by_role("row", name="quick")
    expect(row.locator(".sub").first).to_contain_text("maria, 9 Oct 2025")
    expect(row.get_by_text("0.9500")).to_be_visible()


def test_the_keyboard_reaches_everything(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("switch", name="Live")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Export")).to_be_focused()
    page.get_by_role("region", name="Table of runs").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Select all on this page")).to_be_focused()
    page.keyboard.press("Tab")
    focused = page.get_by_role("link", name="Name")
    expect(focused).to_be_focused()
    expect(focused).to_have_css("outline-style", "solid")


@pytest.mark.parametrize("language", ["Python", "curl"])
def test_the_lines_of_the_empty_page_log_a_run(
    serve_runs: Serve, visit: Visit, language: str
) -> None:
    page = visit(serve_runs(no_runs))
    expect(page.get_by_role("heading", level=1)).to_have_text("Log your first run")
    page.get_by_text(language, exact=True).click()
    lines = page.get_by_role("region", name=language).inner_text()
    shell = [sys.executable, "-c"] if language == "Python" else ["bash", "-ec"]
    subprocess.run([*shell, lines], check=True, capture_output=True)
    expect(page.get_by_role("row", name="first")).to_contain_text("completed")
    expect(page.get_by_role("columnheader", name="loss")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
@pytest.mark.parametrize(
    ("path", "status"),
    [("/runs", 200), ("/runs?group=status", 200), ("/runs?sort=nothing", 400)],
)
def test_nobody_is_kept_out(
    serve_runs: Serve, visit: Visit, window: ViewportSize, theme: Theme, path: str, status: int
) -> None:
    page = visit(serve_runs(a_few_runs), path, window=window, theme=theme, status=status)
    assert barriers(page) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    assert barriers(page) == []


def test_the_theme_is_switched_and_kept(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), theme="light")
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_keys_lead_to_places_but_not_while_typing(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?sort=name")
    page.get_by_label("Query").press_sequentially("gr")
    assert page.url.endswith("/runs?sort=name")
    page.locator("main").focus()
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/runs")
