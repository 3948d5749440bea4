"""Every page as it reads where no script runs."""

from playwright.sync_api import expect

from tests.browser.conftest import Serve, Visit
from tests.browser.hostile import sideways
from tests.browser.logbook import Logbook, bytes_of
from tests.browser.series import RUN

MODEL = "/models/digits"
CONTENTS = {
    "/runs": ("Table of runs", "first"),
    "/runs?group=experiment": ("Groups of runs", "numbers"),
    f"/runs/{RUN}": ("Metrics", "0.2500"),
    f"/compare?ids={RUN},{{second}}": ("Differences", "0.7500"),
    "/experiments": ("Experiments", "numbers"),
    "/search?metric_key=accuracy&op=%3E&metric_value=0.5": ("Runs found", "second"),
    "/models": ("Models", "digits"),
    MODEL: ("Diff of v1 and v2", "0.7500"),
}
"""By address: the region that holds what a page is for, and some of it."""


async def some_of_all(logbook: Logbook) -> None:
    kernel = logbook.kernel
    for name, accuracy in (("first", 0.25), ("second", 0.75)):
        run = await logbook.run(
            name, experiment="numbers", metric=("accuracy", accuracy), lasted=None
        )
        await kernel.artifacts.upload(run, "log.txt", bytes_of(b"one line of the log"))
        await kernel.models.register("digits", run_id=run, artifact="log.txt")
        await kernel.runs.note(run, "A **note**")


def test_every_page_reads_without_scripts(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(some_of_all), scripts=False, refusals=[404])
    home = page.url.removesuffix("/runs")
    second = page.get_by_role("link", name="second").first.get_attribute("href")
    assert second is not None
    for address, (region, content) in CONTENTS.items():
        page.goto(home + address.format(second=second.removeprefix("/runs/")))
        if address == f"/runs/{RUN}":
            page.locator("#run-metrics > summary").click()
        expect(page.get_by_role("region", name=region, exact=True)).to_contain_text(content)
        expect(page.locator(".js:visible")).to_have_count(0)
        assert sideways(page) <= 0
    page.goto(f"{home}/runs/{RUN}")
    expect(page.locator("#run-note strong")).to_have_text("note")
    page.get_by_role("link", name="log.txt").first.click()
    expect(page.get_by_text("one line of the log")).to_be_visible()
    page.goto(f"{home}/runs/nobody")
    expect(page.get_by_role("heading", level=1)).to_have_text("No such run")
