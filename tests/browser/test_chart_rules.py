"""The rules that charts follow, asked in a browser: smoothing, gaps, ticks, numbers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.sync_api import Browser

from tests.browser.logbook import serve_written
from tests.browser.series import RUN, curves, falling, module

Ask: TypeAlias = Callable[[str, str], object]


@pytest.fixture(scope="module")
def ask(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Return what evaluates an expression about `m`, a module of the charts, in a page."""
    folder: Path = tmp_path_factory.mktemp("rules")
    with serve_written(folder, lambda book: curves(book, {"loss": falling(3)})) as server:
        page = chromium.new_page()
        page.goto(f"{server.url}/runs/{RUN}")
        yield lambda name, expression: module(page, name, expression)
        page.close()


def test_smoothing_is_an_average_without_a_start_at_zero(ask: Ask) -> None:
    # 0.5 * 1 + 0.5 * 3 would be 2, but the first weighs only half of the second: (1 + 2 * 3) / 3
    assert ask("smoothing", "m.smooth([1, 3], 0.5)") == pytest.approx([1, 7 / 3])
    assert ask("smoothing", "m.smooth([4, 4, 4], 0.9)") == pytest.approx([4, 4, 4])


def test_smoothing_leaves_gaps_and_what_is_not_smoothed_alone(ask: Ask) -> None:
    assert ask("smoothing", "m.smooth([1, null, 3], 0.5)") == pytest.approx([1, None, 7 / 3])
    assert ask("smoothing", "m.smooth([5, 1, 2], 0)") == [5, 1, 2]


def lay(values: str, steps: str, options: str = '{x: "step"}') -> str:
    points = (
        f"m.columns({{step: {steps}, timestamp: {steps}.map((s, i) => 1000 * i), value: {values}}})"
    )
    return f"m.lay({points}, {options})"


def test_what_is_no_number_is_a_gap_up_to_the_next_number(ask: Ask) -> None:
    laid = lay('[1, "NaN", "NaN", "Infinity", 2]', "[0, 1, 2, 3, 4]")
    assert ask("points", f"{laid}.y") == [1, None, None, None, 2]
    assert ask("points", f"{laid}.gaps") == [
        {"from": 1, "to": 4, "words": {"NaN": 2, "Infinity": 1}}
    ]
    assert (
        ask("points", f"m.gapText({laid}.gaps[0].words, false)") == "NaN \u00d7 2, \u221e \u00d7 1"
    )
    assert ask("points", "m.gapText({NaN: 2}, true)") == "NaN \u00d7 2+"


def test_points_without_a_step_are_counted_where_steps_are_the_axis(ask: Ask) -> None:
    laid = lay("[1, 2, 3]", "[0, null, 2]")
    assert ask("points", f"{laid}.x") == [0, 2]
    assert ask("points", f"{laid}.unplaced") == 1
    timed = lay("[1, 2, 3]", "[0, null, 2]", '{x: "time"}')
    assert ask("points", f"{timed}.x") == [0, 1000, 2000]


def test_steps_that_go_back_are_noticed(ask: Ask) -> None:
    assert ask("points", f"{lay('[1, 2, 3]', '[0, 5, 3]')}.rises") is False
    assert ask("points", f"{lay('[1, 2, 3]', '[0, 5, 5]')}.rises") is True


def test_a_logarithmic_axis_counts_what_is_not_above_zero(ask: Ask) -> None:
    laid = lay("[1, 0, -3, 2]", "[0, 1, 2, 3]", '{x: "step", log: true}')
    assert ask("points", f"{laid}.y") == [1, None, None, 2]
    assert ask("points", f"[{laid}.below, {laid}.gaps.length]") == [2, 0]


def test_another_metric_as_the_axis_gives_the_latest_value_it_had(ask: Ask) -> None:
    other = "{step: [0, 2], time: [0, 0], value: [10, 20]}"
    laid = lay("[1, 2, 3, 4]", "[0, 1, 2, 3]", f'{{x: "metric", other: {other}}}')
    assert ask("points", f"{laid}.x") == [10, 10, 20, 20]


@pytest.mark.parametrize(
    ("known", "start", "sent", "after"),
    [
        pytest.param(2, 2, 2, [0, 1, 2, 3], id="at the end"),
        pytest.param(3, 2, 2, [0, 1, 2, 3], id="partly there"),
        pytest.param(4, 2, 2, [0, 1, 2, 3], id="all there"),
        pytest.param(1, 2, 2, [0], id="one is missing between"),
    ],
)
def test_points_that_come_later_are_added_once(
    ask: Ask, known: int, start: int, sent: int, after: list[int]
) -> None:
    whole = list(range(known))
    more = list(range(start, start + sent))
    expression = f"""(() => {{
      const points = {{ step: {whole}, time: {whole}, value: {whole} }};
      const history = {{ points, count: {known} }};
      m.follow(history, {{ from: {start}, count: {sent},
                          points: {{ step: {more}, timestamp: {more}, value: {more} }} }});
      return history.points.value;
    }})()"""
    assert ask("points", expression) == after


def test_an_axis_has_few_round_ticks(ask: Ask) -> None:
    assert ask("ticks", "m.ticks(0, 1, 4)") == [0, 0.5, 1]
    assert ask("ticks", "m.ticks(0.05, 0.97, 4)") == [0.2, 0.4, 0.6, 0.8]
    assert ask("ticks", "m.ticks(0, 3, 5, {whole: true})") == [0, 1, 2, 3]
    assert ask("ticks", "m.logTicks(0.08, 3.2, 4)") == [0.1, 0.3, 1, 3]
    assert ask("ticks", "m.logTicks(1e-8, 1e8, 4)") == [1e-5, 1, 1e5]
    assert ask("ticks", "m.spanTicks(0, 7000, 4, 1)") == [0, 1800, 3600, 5400]


@pytest.mark.parametrize("ends", ["-1e308, 1e308", "5e-324, 1e308", "1, 1", "0, 1e-320"])
def test_no_axis_has_more_than_four_lines(ask: Ask, ends: str) -> None:
    for name in ("ticks", "logTicks"):
        count = ask("ticks", f"m.{name}({ends}, 4).length")
        assert isinstance(count, int)
        assert count <= 4


def test_ticks_that_are_close_have_names_that_tell_them_apart(ask: Ask) -> None:
    names = "m.namesOfX('{}', {})"
    noon = 1_760_000_400_000
    close = f"[{noon}, {noon + 250}, {noon + 500}]"
    assert ask("axes", names.format("time", close)) == ["09:00:00.00", "09:00:00.25", "09:00:00.50"]
    assert ask("axes", names.format("relative", "[3600.5, 3601]")) == ["1:00:00.500", "1:00:01.000"]
    assert ask("axes", names.format("relative", "[3600, 3610]")) == ["1:00:00", "1:00:10"]
    assert ask("axes", names.format("step", "[100000, 100010]")) == ["100,000", "100,010"]
    assert ask("axes", names.format("step", "[100000, 110000]")) == ["100k", "110k"]
    assert ask("ticks", f"m.spanTicks({noon}, {noon + 3}, 4, 1000)") == [noon + i for i in range(4)]


def test_numbers_are_short_on_an_axis_and_exact_in_a_tooltip(ask: Ask) -> None:
    written = "[5000, 0.0001, 0.25, -1500000, 0, 1e20].map(m.short)"
    assert ask("numbers", written) == ["5k", "1e-4", "0.25", "\u22121.5M", "0", "1e20"]
    assert ask("numbers", "[10672, 0.22181234567, NaN].map(m.exact)") == [
        "10,672",
        "0.2218123",
        "NaN",
    ]
    assert ask("numbers", "[42, 3260, 90000].map(m.lasting)") == ["42 s", "54 min 20 s", "25 h"]
