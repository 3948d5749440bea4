"""What the charts of a run draw in a browser."""

import math

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Theme, Visit
from tests.browser.logbook import Logbook
from tests.browser.series import (
    RUN,
    ask,
    chart,
    curves,
    drawn,
    falling,
    overlay,
    pixels,
    writing,
)

TALL: ViewportSize = {"width": 1440, "height": 2400}
HOSTILE = '<img src=x onerror=alert(1)>"\u202egnp/\U0001f4a5'


def test_every_metric_has_its_latest_value_and_its_curve(serve_runs: Serve, visit: Visit) -> None:
    series = {"train/loss": falling(50), "lr": [0.1] * 50}
    page = visit(serve_runs(writing(series)), f"/runs/{RUN}")
    for key in series:
        drawn(page, key)
        assert pixels(page, key, "c1") > 100
    expect(chart(page, "lr").locator("output")).to_have_text("0.1000")
    expect(page.locator("details[data-prefix=train] h2")).to_have_text("train")


def test_numbers_that_are_none_are_a_red_gap(serve_runs: Serve, visit: Visit) -> None:
    series = {"bad": [1.0] * 20 + [math.nan] * 14 + [2.0] * 20, "good": [1.0, 2.0, 1.5]}
    page = visit(serve_runs(writing(series)), f"/runs/{RUN}")
    for key in series:
        drawn(page, key)
    assert pixels(page, "bad", "fail") > 20
    assert pixels(page, "good", "fail") == 0
    gaps = ask(page, 'board.charts.get("bad").curves[0].laid.gaps')
    assert gaps == [{"from": 200, "to": 340, "words": {"NaN": 14}}]


@pytest.mark.parametrize("choice", ["", "?log", "?x=time&logx", "?x=relative"])
def test_whatever_the_values_are_they_are_drawn(
    serve_runs: Serve, visit: Visit, choice: str
) -> None:
    series = {
        "one": [0.5],
        "nan": [math.nan] * 9,
        "extremes": [-math.inf, math.inf, 1e308, -1e308, 5e-324, -0.0],
        "constant": [3.0, 3.0],
        "far apart": [-1.7e308, 1.7e308] * 9,
    }
    page = visit(serve_runs(writing(series)), f"/runs/{RUN}{choice}")
    for key in series:
        drawn(page, key)
        chart(page, key).get_by_role("slider").press("End")
        expect(chart(page, key).locator(".tip")).to_be_visible()
        assert pixels(page, key, "ink-3") > 0
    assert pixels(page, "one", "c1") > 0
    assert pixels(page, "far apart", "c1") > 50


def test_very_large_values_have_ticks_too(serve_runs: Serve, visit: Visit) -> None:
    series = {"large": [1e20, 3e20], "larger": [1e200, 3e200]}
    page = visit(serve_runs(writing(series)), f"/runs/{RUN}")
    lefts = []
    for key in series:
        drawn(page, key)
        plot, figure = (
            chart(page, key).locator(".u-over").bounding_box(),
            chart(page, key).bounding_box(),
        )
        assert plot is not None
        assert figure is not None
        lefts.append(plot["x"] - figure["x"])
    assert lefts[1] > lefts[0]  # there is room for texts that are longer


def test_the_theme_changes_the_colours_of_what_is_drawn(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(writing({"loss": falling(50)})), f"/runs/{RUN}")
    drawn(page, "loss")
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert pixels(page, "loss", "c1") > 100
    page.emulate_media(color_scheme="dark")
    assert pixels(page, "loss", "c1") > 100


def test_what_a_log_axis_cannot_show_is_said(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(writing({"lr": [0.1, 0.01, 0.0]})), f"/runs/{RUN}")
    drawn(page, "lr")
    page.get_by_label("Log", exact=True).check()
    expect(chart(page, "lr")).to_contain_text("Not shown: 1 point not above zero on a log axis.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_key_that_means_harm_is_only_shown(serve_runs: Serve, visit: Visit, theme: Theme) -> None:
    keys = {HOSTILE: falling(5), "x" * 250: falling(5), "/": falling(3), "a/": [1.0]}
    page = visit(serve_runs(writing(keys)), f"/runs/{RUN}", theme=theme, window=TALL)
    expect(page.locator("figure canvas")).to_have_count(4)
    expect(page.locator("figcaption img")).to_have_count(0)
    assert barriers(page) == []


def test_all_modules_of_charts_are_asked_for_at_once(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(writing({"loss": falling(5)})), f"/runs/{RUN}")
    drawn(page, "loss")
    preloaded = page.locator("link[rel=modulepreload]").evaluate_all(
        "(links) => links.map((link) => link.href)"
    )
    used = page.evaluate(
        "performance.getEntriesByType('resource').map((entry) => entry.name)"
        ".filter((name) => name.includes('/js/charts/'))"
    )
    assert set(used) == {url for url in preloaded if "/js/charts/" in url}


def test_several_runs_are_named_where_their_curves_end(serve_runs: Serve, visit: Visit) -> None:
    async def three(logbook: Logbook) -> None:
        for least in (1, 2, 3):
            await curves(logbook, {"loss": [value + least for value in falling(50)]})

    page = visit(serve_runs(three), f"/runs/{RUN}")
    overlay(page, "loss", ["first", "second", "third"])
    for token in ("c1", "c2", "c3"):
        assert pixels(page, "loss", token) > 100
    page.locator("#overlay .u-over").hover()
    names = page.locator("#overlay .tip dt").all_text_contents()
    assert names == ["third", "second", "first"]  # from the highest value to the lowest
    plot = page.locator("#overlay").get_by_role("slider")
    plot.press("Home")
    plot.press("ArrowDown")
    expect(plot).to_have_attribute("aria-valuetext", "second, step 0: 3")
    assert barriers(page) == []
