"""The list of runs, as somebody uses it in a browser."""

import math
import subprocess
import sys

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Theme, Visit
from tests.browser.hostile import HOSTILE, sideways
from tests.browser.logbook import Logbook, Write

WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
THEMES: tuple[Theme, ...] = ("light", "dark")


async def no_runs(_: Logbook) -> None:
    """Write nothing."""


async def a_few_runs(logbook: Logbook) -> None:
    await logbook.run("slow", experiment="digits", metric=("accuracy", 0.9), lasted=3_260_000)
    await logbook.run("quick", experiment="digits", metric=("accuracy", 0.95), created_by="maria")
    await logbook.run("diverged", experiment="words", metric=("loss", math.nan), status="failed")
    await logbook.run("young", experiment="words", lasted=None)


async def hostile_runs(logbook: Logbook) -> None:
    for text in HOSTILE:
        await logbook.run(text, experiment=text, created_by=text, metric=(text, 1.0))


def names(page: Page) -> Locator:
    return page.locator("tbody th .name")


def test_runs_are_listed_newest_first(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/")
    expect(page).to_have_title("Runs · chachaml")
    expect(page.get_by_text("4 runs, newest first")).to_be_visible()
    expect(names(page)).to_have_text(["young", "diverged", "quick", "slow"])
    quick = page.get_by_role("row", name="quick").get_by_role("cell")
    shown = ["completed", "00000002", "digits", "accuracy", "0.9500", "maria", "9 Oct 2025", "1 s"]
    assert quick.all_inner_texts() == shown
    expect(page.get_by_role("row", name="slow")).to_contain_text("54 min 20 s")
    expect(page.get_by_role("row", name="diverged")).to_contain_text("loss NaN")


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


def test_the_form_filters_and_keeps_what_else_was_asked(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?sort=name")
    page.get_by_role("combobox", name="Experiment").select_option("digits")
    page.get_by_role("button", name="Filter").click()
    expect(names(page)).to_have_text(["quick", "slow"])
    expect(page.get_by_role("heading", level=1)).to_have_text("digits")
    page.get_by_label("Name of a run").fill("slow")
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text(["slow"])


def test_tabs_show_one_status_and_cells_narrow_the_list(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs))
    page.get_by_role("link", name="Failed").click()
    expect(names(page)).to_have_text(["diverged"])
    expect(page.get_by_role("link", name="Failed")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Archived").click()
    expect(page.get_by_role("heading", name="No runs here")).to_be_visible()
    page.get_by_role("link", name="All", exact=True).click()
    page.get_by_role("link", name="maria").click()
    expect(names(page)).to_have_text(["quick"])
    page.get_by_role("link", name="created_by = maria").click()
    expect(names(page)).to_have_count(4)


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


@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_hostile_text_is_text_and_stays_in_its_place(
    serve_runs: Serve, visit: Visit, window: ViewportSize
) -> None:
    page = visit(serve_runs(hostile_runs), window=window)
    expect(page).to_have_title("Runs · chachaml")
    written = page.locator("tbody th .name bdi").evaluate_all(
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
    page.get_by_role("button", name="Filter").click()
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
    expect(row).to_contain_text("completed, maria")
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
    expect(page.get_by_role("combobox", name="Experiment")).to_be_focused()
    page.get_by_role("region", name="Table of runs").focus()
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
    page.get_by_role("link", name="reload the page").click()
    expect(page.get_by_role("row", name="first")).to_contain_text("completed")
    expect(page.get_by_role("row", name="first")).to_contain_text("loss")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
@pytest.mark.parametrize(("path", "status"), [("/runs", 200), ("/runs?sort=nothing", 400)])
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
    page.get_by_label("Name of a run").press_sequentially("gr")
    assert page.url.endswith("/runs?sort=name")
    page.locator("main").focus()
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/runs")
