"""The page of one run, as somebody uses it in a browser."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Theme, Visit
from tests.browser.logbook import Logbook

WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
FIRST = f"{1:032x}"


async def one_run(logbook: Logbook) -> None:
    await logbook.run("slow", experiment="digits", metric=("accuracy", 0.9), lasted=3_260_000)


def test_a_run_shows_its_figures(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(one_run), f"/runs/{FIRST}")
    expect(page.get_by_role("heading", level=1)).to_have_text("slow")
    expect(page.locator(".figs")).to_contain_text("54 min 20 s")


def test_a_run_that_is_not_there_is_a_page_that_says_so(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(one_run), "/runs/nobody", status=404)
    expect(page.get_by_role("heading", level=1)).to_have_text("No such run")
    page.get_by_role("link", name="All runs").click()
    expect(page).to_have_title("Runs · chachaml")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_nobody_is_kept_out(
    serve_runs: Serve, visit: Visit, window: ViewportSize, theme: Theme
) -> None:
    page = visit(serve_runs(one_run), f"/runs/{FIRST}", window=window, theme=theme)
    assert barriers(page) == []
