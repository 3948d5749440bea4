"""The page of a run that is going on, as somebody watches it."""

import re

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Serve, Visit
from tests.browser.logbook import Logbook

RUN = f"{1:032x}"


async def one_run(logbook: Logbook) -> None:
    await logbook.run("watched", metric=("loss", 0.5), lasted=None)


async def an_empty_run(logbook: Logbook) -> None:
    await logbook.run("watched", lasted=None)


def test_a_curve_grows_and_figures_change_while_somebody_looks(
    serve_runs: Serve, visit: Visit
) -> None:
    server = serve_runs(one_run)
    page = visit(server, f"/runs/{RUN}?smooth=0")
    value = page.locator("figure output")
    expect(value).to_have_text("0.5000")
    expect(page.locator("figure canvas")).to_have_count(1)
    page.get_by_role("button", name="Add tag").click()
    page.get_by_placeholder("key").fill("half a tag")
    httpx.post(f"{server.url}/api/w/runs/{RUN}/metrics", json={"loss": 0.25}).raise_for_status()
    expect(value).to_have_text("0.2500")
    plot = page.locator("figure").get_by_role("slider")
    expect(plot).to_have_attribute("aria-valuetext", re.compile(r": 0\.25$"))
    expect(page.locator("#run-figures")).to_contain_text("0.2500")
    httpx.post(f"{server.url}/api/w/runs/{RUN}/params", json={"lr": 0.125}).raise_for_status()
    expect(page.locator("#run-params")).to_contain_text("0.125")
    httpx.post(f"{server.url}/api/w/runs/{RUN}/end", json={}).raise_for_status()
    expect(page.locator("#run-head .pill")).to_have_text("completed")
    expect(page.get_by_placeholder("key")).to_have_value("half a tag")


async def many_params(logbook: Logbook) -> None:
    run = await logbook.run("watched", lasted=None)
    await logbook.kernel.runs.log_params(run, {f"p{number}": number for number in range(60)})


def test_what_was_entered_stays_when_the_run_changes(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(many_params)
    page = visit(server, f"/runs/{RUN}")
    found = page.locator("#run-params dt:visible")
    page.get_by_role("button", name="Add tag").click()
    page.get_by_placeholder("key").fill("half a tag")
    page.get_by_placeholder("Find a param").fill("p5")
    expect(found).to_have_count(11)
    page.get_by_role("heading", level=1).click()  # nothing has the focus any more
    httpx.post(f"{server.url}/api/w/runs/{RUN}/params", json={"p5x": 1}).raise_for_status()
    expect(found).to_have_count(12)
    expect(page.get_by_placeholder("key")).to_be_visible()
    expect(page.get_by_placeholder("key")).to_have_value("half a tag")


def test_what_is_paused_waits(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(one_run)
    page = visit(server, f"/runs/{RUN}")
    expect(page.locator("figure canvas")).to_have_count(1)
    page.get_by_role("switch", name="Live").uncheck()
    httpx.post(f"{server.url}/api/w/runs/{RUN}/metrics", json={"loss": 0.25}).raise_for_status()
    expect(page.locator("label.live")).to_contain_text("Paused, 1 new")
    expect(page.locator("figure output")).to_have_text("0.5000")
    page.get_by_role("switch").check()
    expect(page.locator("figure output")).to_have_text("0.2500")


def test_a_metric_that_is_new_is_offered(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(one_run)
    page = visit(server, f"/runs/{RUN}")
    expect(page.locator("figure canvas")).to_have_count(1)
    httpx.post(f"{server.url}/api/w/runs/{RUN}/metrics", json={"accuracy": 1}).raise_for_status()
    page.get_by_role("button", name="1 new metric: show").click()
    expect(page.locator("figure canvas")).to_have_count(2)


def test_the_first_metric_of_a_run_appears_by_itself(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(an_empty_run)
    page = visit(server, f"/runs/{RUN}")
    expect(page.get_by_role("heading", name="No metrics")).to_be_visible()
    httpx.post(f"{server.url}/api/w/runs/{RUN}/metrics", json={"accuracy": 1}).raise_for_status()
    expect(page.locator("figure canvas")).to_have_count(1)


def test_the_duration_of_a_quiet_run_goes_on(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(one_run)
    started = httpx.post(f"{server.url}/api/w/runs", json={"name": "quiet"}).json()["id"]
    page = visit(server, f"/runs/{started}")
    duration = page.locator("#run-figures > div", has_text="so far").locator(".big")
    # It is read anew once, when the connection is there, and not a second time.
    expect(duration).to_have_text(re.compile("^([4-9]|[1-9][0-9]) s$"))


async def two_runs(logbook: Logbook) -> None:
    for name in ("first", "second"):
        await logbook.run(name, metric=("loss", 0.5), lasted=None)


def test_compared_runs_keep_up_too(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(two_runs)
    page = visit(server, f"/compare?ids={RUN},{2:032x}")
    loss = page.get_by_role("row", name="loss").get_by_role("cell")
    expect(loss).to_have_text(["0.5000", "0.5000"])
    page.locator("[data-charts]").scroll_into_view_if_needed()
    expect(page.locator("figure canvas")).to_have_count(1)
    plot = page.locator("figure").get_by_role("slider")
    body = {"loss": 0.25}
    httpx.post(f"{server.url}/api/w/runs/{RUN}/metrics", json=body).raise_for_status()
    expect(loss).to_have_text(["0.2500", "0.5000"])
    expect(plot).to_have_attribute("aria-valuetext", re.compile("first.*0.25"))


def test_groups_are_read_anew_and_stay_as_many(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(two_runs)
    page = visit(server, "/runs?group=experiment")
    rows = page.get_by_role("region", name="Groups of runs").locator("tbody tr")
    for experiment in ("default", "other"):
        httpx.post(f"{server.url}/api/w/runs", json={"experiment": experiment}).raise_for_status()
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("default")
    expect(rows.nth(0).get_by_role("cell").first).to_have_text("3")
    expect(rows.nth(1).get_by_role("cell").first).to_have_text("1")


def test_a_run_that_was_deleted_says_so_and_takes_nothing_more(
    serve_runs: Serve, visit: Visit
) -> None:
    server = serve_runs(one_run)
    page = visit(server, f"/runs/{RUN}", refusals=[404])
    page.clock.install()
    page.reload()
    expect(page.locator("figure canvas")).to_have_count(1)
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("This run is archived")).to_be_visible()
    httpx.delete(f"{server.url}/api/w/runs/{RUN}").raise_for_status()
    expect(page.get_by_role("alert").filter(has_text="This run was deleted")).to_be_visible()
    expect(page.get_by_role("button", name="End run")).to_have_count(0)
    page.clock.run_for(2_000)  # in which the duration would be told anew
