"""The query above the list of runs, as somebody writes it in a browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Theme, Visit
from tests.browser.hostile import sideways
from tests.browser.listed import PHONE, THEMES, WIDE, a_few_runs, a_sweep, names


def write(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(text)


def test_a_query_chooses_runs_and_stays_in_its_field(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?sort=name")
    write(page, "metric.accuracy > 0.9")
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text(["quick"])
    expect(page.get_by_role("combobox", name="Query")).to_have_value("metric.accuracy > 0.9")
    assert "sort=name" in page.url


def test_what_is_written_is_completed(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_sweep))
    field, options = (
        page.get_by_role("combobox", name="Query"),
        page.locator("#q-list [role=option]"),
    )
    expect(field).to_have_attribute("aria-expanded", "false")
    write(page, "metric.v")
    expect(options).to_have_text(["metric.val/loss"])
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(field).to_have_value("metric.val/loss ")
    expect(field).to_be_focused()
    page.keyboard.type("< 1 ")
    expect(options).to_have_text(["and", "or"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    chosen = options.nth(1).get_attribute("id")
    expect(field).to_have_attribute("aria-activedescendant", chosen or "")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text(["run 0"])


def test_an_option_is_taken_with_the_mouse(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_sweep))
    write(page, "name = '🚀' or metric.a")
    page.get_by_role("option", name='metric."a,b%"').click()
    expect(page.get_by_role("combobox", name="Query")).to_have_value(
        "name = '🚀' or metric.\"a,b%\" "
    )


def test_a_query_that_is_wrong_is_pointed_at(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?q=name+%3D+'🚀'+and+status+%3D+lost", status=400)
    field = page.get_by_role("combobox", name="Query")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("name = '🚀' and status = lost")
    said = page.locator(".why").inner_text().splitlines()
    assert said[0].index("lost") == said[1].index("^")
    assert "running, completed, failed" in said[1]
    page.keyboard.type("completed or status = ")
    page.get_by_role("link", name="list without it").click()
    expect(names(page)).to_have_count(4)


def test_who_types_a_name_is_led_to_it(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?q=metric.accuracy+1", status=400)
    page.get_by_role("combobox", name="Query").fill("quick")
    page.keyboard.press("Enter")
    page.get_by_role("link", name='name ~ "quick"').click()
    expect(names(page)).to_have_text(["quick"])


def test_a_key_that_nobody_has_is_named(serve_runs: Serve, visit: Visit) -> None:
    asked = (
        "/runs?sort=name&columns=tag.a&tag.gaol=paper&q=metric.acuracy+>+0.1"
        "+and+metric.accuracy+>+0+and+metric.acuracy:min+>+0"
    )
    page = visit(serve_runs(a_few_runs), asked)
    nothing = page.locator(".blank")
    expect(nothing).to_contain_text("No run has the metric acuracy; there is accuracy.")
    expect(nothing).to_contain_text("No run has the tag gaol.")
    expect(nothing.get_by_text("No run has")).to_have_count(2)
    nothing.get_by_role("link", name="All runs").click()
    expect(names(page)).to_have_count(4)
    expect(page.get_by_role("columnheader", name="a", exact=True)).to_be_visible()
    assert "sort=name" in page.url


@pytest.mark.parametrize("theme", THEMES)
def test_nobody_is_kept_out_of_a_query(serve_runs: Serve, visit: Visit, theme: Theme) -> None:
    server = serve_runs(a_few_runs)
    for window in (WIDE, PHONE):
        page = visit(server, "/runs?q=status+%3D", window=window, theme=theme, status=400)
        assert barriers(page) == []
        page.keyboard.press("End")
        page.keyboard.type(" ")
        expect(page.locator("#q-list [role=option]").first).to_be_visible()
        assert barriers(page) == []
        assert sideways(page) == 0
