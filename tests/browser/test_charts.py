"""The charts of a run, as somebody uses them in a browser."""

import math
import re

import pytest
from playwright.sync_api import Route, ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Visit
from tests.browser.series import (
    RUN,
    ask,
    brush,
    chart,
    drawn,
    falling,
    shown_ends,
    writing,
)

TALL: ViewportSize = {"width": 1440, "height": 2400}
HOSTILE = '<img src=x onerror=alert(1)>"\u202egnp/\U0001f4a5'


def test_smoothing_is_chosen_with_a_slider_and_kept_in_the_address(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(writing({"loss": [1, 3, 1, 3]})), f"/runs/{RUN}")
    drawn(page, "loss")
    page.get_by_role("slider", name="Smooth").fill("0.5")
    smoothed = pytest.approx([1, 7 / 3, 11 / 7, 7 / 3], abs=0.05)
    assert ask(page, 'board.charts.get("loss").curves[0].drawn') == smoothed
    assert "smooth=0.5" in page.url
    page.reload()
    drawn(page, "loss")
    assert ask(page, 'board.charts.get("loss").curves[0].drawn') == smoothed


def test_a_brush_zooms_and_a_double_click_shows_all_again(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(writing({"loss": falling(101)})), f"/runs/{RUN}")
    drawn(page, "loss")
    brush(page, "loss", 0.25, 0.75)
    assert shown_ends(page, "loss") == pytest.approx([250, 750], abs=10)
    chart(page, "loss").locator(".u-over").dblclick()
    assert shown_ends(page, "loss") is None
    brush(page, "loss", 0.5, 0.9)
    page.mouse.move(0, 0)
    page.keyboard.press("0")
    assert shown_ends(page, "loss") is None


def test_a_zoom_fetches_the_points_that_were_left_out(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(writing({"loss": falling(20_000)})), f"/runs/{RUN}")
    drawn(page, "loss")
    length = 'board.charts.get("loss").curves[0]'
    assert ask(page, f"{length}.thinned") is True
    with page.expect_response(lambda answer: "from=" in answer.url):
        ask(page, 'board.charts.get("loss").zoom(1000, 2000)')
    plot = chart(page, "loss").get_by_role("slider")
    expect(plot).to_have_attribute("aria-valuemax", "200")  # and half of the window on each side
    steps = ask(page, f"{length}.laid.x.filter((x) => x >= 1000 && x <= 2000).length")
    assert steps == 101


def test_all_charts_share_the_crosshair(serve_runs: Serve, visit: Visit) -> None:
    series = {"a": falling(50), "b": falling(50), "c": falling(20)}
    page = visit(serve_runs(writing(series)), f"/runs/{RUN}")
    for key in series:
        drawn(page, key)
    chart(page, "a").locator(".u-over").hover()
    expect(chart(page, "a").locator(".tip")).to_contain_text("step 24")
    expect(chart(page, "b").locator(".tip")).to_be_hidden()
    places = [
        chart(page, key).locator(".u-cursor-pt").evaluate("(dot) => dot.style.transform")
        for key in ("a", "b")
    ]
    assert places[0] == places[1]
    assert "-10px" not in places[0]


def test_a_chart_is_walked_through_with_arrow_keys(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(writing({"loss": [4.0, 2.0, 1.0]})), f"/runs/{RUN}?smooth=0")
    drawn(page, "loss")
    plot = chart(page, "loss").get_by_role("slider")
    expect(plot).to_have_attribute("aria-valuetext", "step 20: 1")
    plot.press("Home")
    expect(plot).to_have_attribute("aria-valuetext", "step 0: 4")
    plot.press("ArrowRight")
    expect(plot).to_have_attribute("aria-valuetext", "step 10: 2")
    expect(chart(page, "loss").locator(".tip")).to_contain_text("step 10")


def test_a_chart_can_be_read_as_a_table(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(writing({"loss": [4.0, math.nan, 1.0]})), f"/runs/{RUN}?smooth=0")
    drawn(page, "loss")
    chart(page, "loss").hover()
    page.get_by_role("button", name="Show loss as a table").click()
    rows = chart(page, "loss").locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("NaN")
    assert barriers(page) == []
    page.get_by_role("button", name="Show loss as a table").click()
    expect(chart(page, "loss").locator("canvas")).to_be_visible()


def test_a_chart_is_enlarged_and_put_back(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(writing({"loss": falling(9)})), f"/runs/{RUN}")
    drawn(page, "loss")
    small = chart(page, "loss").bounding_box()
    chart(page, "loss").hover()
    page.get_by_role("button", name="Enlarge loss").click()
    expect(page.get_by_role("dialog").locator("canvas")).to_be_visible()
    large = page.get_by_role("dialog").locator("figure").bounding_box()
    assert small is not None
    assert large is not None
    assert large["width"] > 1.5 * small["width"]
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("main figure canvas")).to_be_visible()
    page.get_by_role("button", name="Enlarge loss").click()
    page.get_by_role("dialog").get_by_role("button", name="Close loss").click()
    expect(page.locator("main figure canvas")).to_be_visible()
    expect(page.get_by_role("button", name="Enlarge loss")).to_be_focused()


def test_thousands_of_metrics_are_found_by_a_part_of_their_keys(
    serve_runs: Serve, visit: Visit
) -> None:
    series = {f"layer{i // 100}/weight{i}": [1.0] for i in range(3_000)}
    page = visit(serve_runs(writing(series)), f"/runs/{RUN}")
    drawn(page, "layer0/weight0")
    assert page.locator("figure").count() < 100
    page.keyboard.press("/")
    page.keyboard.type("Weight2999")
    drawn(page, "layer29/weight2999")
    expect(page.locator("figure:visible")).to_have_count(1)
    page.get_by_role("searchbox").fill("nothing is called so")
    expect(page.get_by_text("No metric has that in its key.")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    expect(chart(page, "layer0/weight0")).to_be_visible()
    assert "find" not in page.url
    page.get_by_text("All metrics as a table").click()
    page.get_by_role("link", name="Show all 3,000 metrics").click()
    expect(page.get_by_role("rowheader", name="layer29/weight2999")).to_be_attached()
    drawn(page, "layer0/weight0")


def test_a_metric_can_be_the_axis_of_the_others(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(writing({"loss": [3, 2, 1], "tokens": [5, 50, 500]})), f"/runs/{RUN}")
    drawn(page, "loss")
    page.get_by_label("Metric", exact=True).check(force=True)
    page.get_by_label("Metric on the horizontal axis").fill("tokens")
    expect(chart(page, "loss").get_by_role("slider")).to_have_attribute(
        "aria-valuetext", "tokens 500: 1, smoothed 1.673469"
    )
    assert ask(page, 'board.charts.get("loss").curves[0].laid.x') == [5, 50, 500]
    assert "x=metric&metric=tokens" in page.url


def test_the_axis_that_was_chosen_last_is_drawn(serve_runs: Serve, visit: Visit) -> None:
    series = {"loss": [3, 2, 1], "slow": [7, 70, 700], "tokens": [5, 50, 500]}
    page = visit(serve_runs(writing(series)), f"/runs/{RUN}")
    drawn(page, "loss")
    held: list[Route] = []
    page.route(re.compile("key=slow&"), lambda route: held.append(route))
    for metric in ("slow", "tokens"):
        over = f'{{x: "metric", metric: "{metric}", smoothing: 0, log: false, logX: false}}'
        ask(page, f'void board.charts.get("loss").show({over})')
    plot = chart(page, "loss").get_by_role("slider")
    expect(plot).to_have_attribute("aria-valuetext", "tokens 500: 1")
    for route in held:
        with page.expect_response(route.request.url):
            route.continue_()
    page.evaluate(
        "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
    )
    points = {"loss": 0.5, "tokens": 5000, "step": 30}
    page.request.post(
        page.url.replace("/runs/", "/api/w/runs/").split("?")[0] + "/metrics", data=points
    )
    expect(plot).to_have_attribute("aria-valuetext", "tokens 5,000: 0.5")


def test_points_that_arrive_leave_the_zoom_alone(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(writing({"loss": [3.0, 2.0, 1.0]})), f"/runs/{RUN}")
    drawn(page, "loss")
    ask(page, 'board.charts.get("loss").zoom(5, 15)')
    event = f"""{{ run: "{RUN}", key: "loss", from: 2, count: 2,
      points: {{ step: [20, 30], timestamp: [0, 0], value: [1, "NaN"] }} }}"""
    ask(page, f'board.charts.get("loss").append({event})')
    expect(chart(page, "loss").get_by_role("slider")).to_have_attribute("aria-valuemax", "3")
    assert shown_ends(page, "loss") == [5, 15]
    ask(page, 'board.charts.get("loss").reset()')
    assert ask(page, 'board.charts.get("loss").curves[0].laid.x') == [0, 10, 20, 30]
