"""The columns of the list of runs, as somebody chooses them in a browser."""

import re

import httpx
import pytest
from playwright.sync_api import Locator, Page, Position, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Theme, Visit
from tests.browser.hostile import sideways
from tests.browser.listed import PHONE, THEMES, WIDE, a_few_runs, a_sweep, heads, names
from tests.browser.logbook import Logbook

CHOSEN = "/runs?columns=metric.val/loss,param.lr,tag.goal,metric.a%252Cb%2525"


def menu(page: Page) -> Locator:
    page.get_by_role("button", name="Columns").click()
    return page.locator("#columns")


def test_without_a_choice_the_params_that_differ_are_shown(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_sweep))
    assert heads(page)[3:6] == ["Experiment", "lr", "optimizer"]
    expect(page.locator("thead .over th")).to_have_text(["Params", "Metrics, latest"])
    row = page.get_by_role("row", name="run 1")
    expect(row.get_by_role("cell", name="0.1", exact=True)).to_be_visible()


def test_an_address_says_the_columns_and_their_order(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_sweep), f"{CHOSEN}&experiment=default")
    kinds = ["Metrics, latest", "Params", "Tags", "Metrics, latest"]
    expect(page.locator("thead .over th")).to_have_text(kinds)
    assert heads(page)[3:7] == ["val/loss", "lr", "goal", "a,b%"]
    shown = page.get_by_role("row", name="run 2").get_by_role("cell").all_inner_texts()
    assert shown[2:6] == ["2.2500", "0.01", "paper", "7"]


def test_columns_are_dragged_to_another_place(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_sweep), f"{CHOSEN}&experiment=default&sort=name")
    head = page.locator("thead [data-column]")
    left: Position = {"x": 4, "y": 10}
    head.filter(has_text="a,b%").drag_to(head.filter(has_text="lr"), target_position=left)
    page.wait_for_url("**columns=metric.val%2Floss%2Cmetric.a%252Cb%2525%2Cparam.lr%2Ctag.goal**")
    assert "sort=name" in page.url
    assert heads(page)[3:7] == ["val/loss", "a,b%", "lr", "goal"]
    entries = menu(page).get_by_role("listitem")
    goal = entries.filter(has_text="goal")
    goal.drag_to(entries.filter(has_text="val/loss"), target_position=left)
    page.get_by_role("button", name="Show these").click()
    page.wait_for_url("**columns=tag.goal**")
    assert heads(page)[3:7] == ["goal", "val/loss", "a,b%", "lr"]


def test_columns_are_ticked_moved_and_remembered(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_sweep), "/runs?sort=name&experiment=default")
    columns = menu(page)
    columns.get_by_role("checkbox", name="optimizer").uncheck()
    columns.get_by_role("checkbox", name="a,b%").check()
    columns.get_by_role("checkbox", name="val/loss").check()
    up = columns.get_by_role("button", name="Move metric.val/loss to the left")
    up.click()
    expect(up).to_be_focused()
    columns.get_by_role("button", name="Show these").click()
    page.wait_for_url("**columns=**")
    assert sorted(heads(page)[3:6]) == ["a,b%", "lr", "val/loss"]
    assert heads(page).index("val/loss") < heads(page).index("a,b%")
    assert "sort=name" in page.url
    page.get_by_role("link", name="val/loss").click()
    expect(names(page)).to_have_text(["run 2", "run 1", "run 0", "child 1", "child 0", "sweep"])
    head = page.get_by_role("columnheader", name="val/loss")
    expect(head).to_have_attribute("aria-sort", "descending")
    menu(page).get_by_role("link", name="The usual ones").click()
    expect(page).not_to_have_url(re.compile("columns"))


def test_a_column_is_found_among_many(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(many_keys))
    columns = menu(page)
    expect(columns.get_by_role("searchbox")).to_be_focused()
    expect(columns.get_by_role("checkbox", name="key 250")).to_have_count(0)
    page.keyboard.type("key 250")
    columns.get_by_role("checkbox", name="key 250").check()
    columns.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="key 250")).to_be_visible()


async def many_keys(logbook: Logbook) -> None:
    run = await logbook.run("wide", lasted=None)
    await logbook.log(run, {f"key {number:03}": 1.0 for number in range(300)})


def test_the_best_of_a_metric_is_marked(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_sweep), CHOSEN)
    best = page.locator("td.best")
    expect(best).to_have_count(1)
    expect(best).to_have_text("0.2500")
    expect(best.get_by_role("img", name="best")).to_be_visible()


def test_where_no_run_of_the_page_has_a_key_those_of_others_are_offered(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_family), "/runs?experiment=sweeps")
    page.get_by_role("button", name="Columns").click()
    choices = page.get_by_role("list", name="Columns").get_by_role("listitem")
    expect(choices).to_have_text(["param lr", "metric loss"], use_inner_text=True)
    choices.get_by_role("checkbox", name="loss").check()
    page.get_by_role("button", name="Show these").click()
    assert "columns=metric.loss" in page.url


async def a_family(logbook: Logbook) -> None:
    parent = await logbook.run("parent", experiment="sweeps", lasted=None)
    child = await logbook.run("child", experiment="sweeps", parent=parent, lasted=None)
    await logbook.kernel.runs.log_params(child, {"lr": 0.1})
    await logbook.log(child, {"loss": 0.5})


def test_a_curve_is_drawn_beside_the_first_metric(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(curved))
    before = page.locator(".spark").bounding_box()
    expect(page.locator(".spark path")).to_have_count(2)
    assert page.locator(".spark").bounding_box() == before


async def curved(logbook: Logbook) -> None:
    run = await logbook.run("falling", lasted=None)
    for value in (3.0, 2.0, float("nan"), 1.0):
        await logbook.log(run, {"loss": value})


def test_columns_are_kept_as_a_view_under_a_name(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/runs?columns=metric.loss&status=failed")
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name", exact=True).fill("<b>diverged</b>")
    page.get_by_role("button", name="Save", exact=True).click()
    view = page.get_by_role("navigation", name="Saved views").get_by_role("link")
    expect(view).to_have_text("<b>diverged</b>")
    expect(view).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Runs", exact=True).click()
    view.click()
    expect(names(page)).to_have_text(["diverged"])
    page.get_by_role("button", name="Edit view").click()
    page.get_by_label("Name", exact=True).fill("100% / diverged")
    page.get_by_role("button", name="Rename").click()
    expect(view).to_have_text("100% / diverged")
    expect(view).to_have_attribute("aria-current", "page")
    page.get_by_role("button", name="Edit view").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("dialog", name="Delete the view 100% / diverged?")).to_be_visible()
    page.get_by_role("button", name="Delete for everybody").click()
    expect(view).to_have_count(0)
    expect(page.get_by_role("button", name="Save view")).to_be_visible()


def test_a_view_is_replaced_by_who_says_so_twice(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(a_few_runs)
    view = {"name": "diverged", "query": "status=failed"}
    httpx.post(f"{server.url}/api/w/views", json=view).raise_for_status()
    page = visit(server, "/runs?status=running")
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name", exact=True).fill("diverged")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There is a view of this name.")
    link = page.get_by_role("navigation", name="Saved views").get_by_role("link")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Save view").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There is a view of this name.")
    expect(link).to_have_attribute("href", "/runs?status=failed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(link).to_have_attribute("href", "/runs?status=running")


@pytest.mark.parametrize("theme", THEMES)
def test_nobody_is_kept_out_of_a_menu(serve_runs: Serve, visit: Visit, theme: Theme) -> None:
    server = serve_runs(a_sweep)
    for window in (WIDE, PHONE):
        page = visit(server, CHOSEN, window=window, theme=theme)
        expect(menu(page).get_by_role("searchbox")).to_be_visible()
        assert barriers(page) == []
        assert sideways(page) == 0
