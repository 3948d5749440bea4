"""The list of experiments and the search, as somebody uses them in a browser."""

import math

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, Serve, Theme, Visit
from tests.browser.hostile import HOSTILE, sideways
from tests.browser.logbook import Logbook


async def a_few_runs(logbook: Logbook) -> None:
    for number, value in enumerate((0.7, 0.9, math.nan, 0.8)):
        status = "failed" if math.isnan(value) else "completed"
        metric = ("accuracy", value)
        await logbook.run(f"run {number}", experiment="digits", metric=metric, status=status)
    await logbook.run("young", experiment="words", lasted=None)


async def hostile_runs(logbook: Logbook) -> None:
    for text in HOSTILE:
        await logbook.run(text, experiment=text, created_by=text, metric=(text, 1.0))
        await logbook.kernel.experiments.save(text, description=text * 20, owner=text)


async def nothing(_: Logbook) -> None:
    """Write nothing."""


NEW = (404,)
"""What a name is answered with that is free."""


def found(page: Page) -> list[str]:
    return page.locator("tbody th .name").all_inner_texts()


def test_an_experiment_says_how_it_goes(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/experiments")
    digits = page.get_by_role("row", name="digits")
    expect(digits.get_by_title("3 completed, 0 running, 1 failed")).to_be_visible()
    expect(digits).to_contain_text("accuracy 0.9000")
    expect(digits.get_by_role("img", name="accuracy over the last 4 runs")).to_be_visible()
    digits.get_by_role("link", name="run 1").click()
    expect(page).to_have_title("run 1 · chachaml")
    page.go_back()
    page.get_by_role("row", name="words").get_by_role("link", name="words").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("words")


def test_experiments_are_made_and_described(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/experiments", refusals=NEW)
    page.get_by_role("button", name="New experiment").click()
    page.get_by_label("Name").fill("plans")
    page.get_by_label("Owner").fill("vision")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="plans")).to_contain_text("vision")
    page.get_by_role("button", name="Edit digits").click()
    page.get_by_role("textbox", name="Description").fill("How small can it be")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="digits")).to_contain_text("How small can it be")


def test_no_experiment_loses_what_is_said_of_it_to_a_new_one(
    serve_runs: Serve, visit: Visit
) -> None:
    server = serve_runs(a_few_runs)
    said = {"name": "100% / digits", "description": "How small can it be", "owner": "vision"}
    httpx.post(f"{server.url}/api/w/experiments", json=said).raise_for_status()
    page = visit(server, "/experiments", refusals=NEW)
    page.get_by_role("button", name="New experiment").click()
    page.get_by_label("Name").fill("100% / digits")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("There is an experiment of this name")
    page.get_by_label("Name").fill("100% / letters")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="100% / letters")).to_be_visible()
    expect(page.get_by_role("row", name="100% / digits")).to_contain_text("vision")


def test_an_experiment_is_described_on_a_phone(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/experiments", window=PHONE)
    edit = page.get_by_role("button", name="Edit digits")
    expect(edit).to_be_in_viewport(ratio=1)
    edit.click()
    page.get_by_label("Owner").fill("vision")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    edit.click()
    expect(page.get_by_label("Owner")).to_have_value("vision")
    assert sideways(page) == 0


def test_before_the_first_run_there_is_a_way_to_it(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(nothing), "/experiments")
    page.get_by_role("link", name="Log the first run").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log your first run")


def test_a_search_finds_runs_by_the_latest_value(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/search")
    page.get_by_label("Metric", exact=True).fill("accuracy")
    page.get_by_label("Is").select_option("≥")
    page.get_by_label("Value").fill("0.8")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("columnheader", name="Matched: accuracy")).to_be_visible()
    assert found(page) == ["completed\nrun 3", "completed\nrun 1"]
    expect(page.get_by_role("row", name="run 1")).to_contain_text("0.9000")
    spread = page.get_by_role("figure", name="2 runs")
    expect(spread).to_contain_text("of 4 with accuracy; 1 NaN, which satisfies nothing")
    curve = spread.get_by_role("img", name="accuracy from 0.7000 to 0.9000; 2 runs ≥ 0.8")
    assert curve.locator(".bar").count() == 3
    assert curve.locator(".bar.faint").count() == 1
    spread.get_by_text("As a table").click()
    expect(spread.get_by_role("row")).to_have_count(4)
    expect(page.get_by_label("Metric", exact=True)).to_have_value("accuracy")


def test_a_search_completes_the_keys_that_there_are(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_few_runs), "/search")
    page.get_by_label("Metric", exact=True).press_sequentially("acc")
    expect(page.locator("#known-keys option")).to_have_count(1)
    expect(page.locator("#known-keys option")).to_have_attribute("value", "accuracy")


def test_a_search_for_what_is_no_number_says_so(serve_runs: Serve, visit: Visit) -> None:
    page = visit(
        serve_runs(a_few_runs), "/search?metric_key=loss&op=%3C&metric_value=low", status=400
    )
    expect(page.get_by_role("alert")).to_contain_text("metric_value")
    expect(page.get_by_label("Value")).to_have_value("low")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    "path", ["/experiments", "/search?metric_key=WWW&op=%3E&metric_value=0", "/search"]
)
def test_hostile_text_stays_in_its_place_and_nobody_is_kept_out(
    serve_runs: Serve, visit: Visit, path: str, width: int, theme: Theme
) -> None:
    page = visit(
        serve_runs(hostile_runs), path, window={"width": width, "height": 900}, theme=theme
    )
    assert page.locator("body script, tbody img").count() == 0
    assert sideways(page) == 0
    assert barriers(page) == []
