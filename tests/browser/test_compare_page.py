"""The page of a comparison, as somebody uses it in a browser."""

import re
from typing import Any

import pytest
from chachaml_kernel.domain.metrics import Points
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Theme, Visit
from tests.browser.hostile import HOSTILE, sideways
from tests.browser.logbook import START, Logbook

WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
IDS = [f"{number:032x}" for number in range(1, 4)]
ADDRESS = f"/compare?ids={','.join(IDS)}"

PICTURE = "canvas => new Promise(done => requestAnimationFrame(() => done(canvas.toDataURL())))"


async def logged(logbook: Logbook, name: str, params: dict[str, Any], losses: list[float]) -> str:
    run = await logbook.run(name, experiment="digits", lasted=None)
    await logbook.kernel.runs.log_params(run, params)
    steps = list(range(len(losses)))
    points = Points(losses, [START + step for step in steps], steps)
    await logbook.kernel.metrics.append(run, {"train/loss": points})
    return run


async def three_runs(logbook: Logbook) -> None:
    await logged(logbook, "plain", {"lr": 0.1, "optimizer": "sgd", "seed": 1}, [3.0, 2.0, 0.5])
    await logged(logbook, "warm", {"lr": 0.001, "optimizer": "adam", "seed": 1}, [3.0, 1.0, 0.25])
    await logged(logbook, "diverged", {"optimizer": "sgd", "seed": 1}, [3.0, float("nan")])


async def fifty_runs(logbook: Logbook) -> None:
    for number in range(50):
        params = {"lr": 10.0 ** -(number % 5), "batch": 2 ** (number % 4), "number": number}
        await logged(logbook, f"run {number}", params, [3.0, 1.0 + number / 50])


async def scheduled_runs(logbook: Logbook) -> None:
    for number in range(3):
        run = await logged(logbook, f"run {number}", {"lr": 10.0**-number}, [1.0, 0.5 - number / 9])
        await logbook.log(run, {"lr": 0.1**number, "sys/memory": 9.0**number, "a": float(number)})
        await logbook.log(run, {"train/loss": float("nan") if number else 0.5})


async def hostile_runs(logbook: Logbook) -> None:
    for text in HOSTILE:
        run = await logbook.run(text, experiment=text, created_by=text, tags={text: text})
        await logbook.kernel.runs.resume(run)
        await logbook.kernel.runs.log_params(run, {text: text for text in HOSTILE[:3]})
        await logbook.kernel.metrics.append(
            run, {text: Points([float(len(text))], [START]) for text in HOSTILE}
        )


def shown_rows(page: Page) -> Locator:
    return page.locator(".diff tbody tr:not(.grp):visible th bdi")


def plots(page: Page) -> Page:
    """Bring the plots into view, and wait until they are drawn."""
    page.locator("#scatter").scroll_into_view_if_needed()
    expect(page.locator("#scatter .spot").first).to_be_attached()
    page.locator("#parallel").scroll_into_view_if_needed()
    expect(page.locator("#parallel svg.plot")).to_be_visible()
    return page


def test_equal_rows_are_hidden_and_the_address_says_so(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(three_runs), ADDRESS)
    expect(page).to_have_title("Compare 3 runs · chachaml")
    expect(page.get_by_role("heading", level=1)).to_have_text("3 runs of digits")
    expect(shown_rows(page).get_by_text("seed", exact=True)).to_be_visible()
    page.get_by_label("Only what differs").check()
    expect(shown_rows(page).get_by_text("seed", exact=True)).to_have_count(0)
    expect(shown_rows(page).get_by_text("lr", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_label("Only what differs")).to_be_checked()
    page.get_by_role("link", name="Min").click()
    expect(page.get_by_role("row", name="train/loss")).to_contain_text("0.2500")
    expect(page.get_by_label("Only what differs")).to_be_checked()


def test_a_menu_removes_a_run_and_chooses_a_baseline(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(three_runs), ADDRESS)
    page.get_by_role("button", name="Change plain").click()
    page.get_by_role("link", name="Hold the others against it").click()
    expect(page.get_by_role("row", name="train/loss")).to_contain_text("50.0 %")
    page.get_by_role("button", name="Change diverged").click()
    page.get_by_role("link", name="Remove from here").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 runs of digits")
    expect(page.get_by_role("row", name="train/loss")).to_contain_text("50.0 %")


def test_a_run_is_added_by_its_name(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(three_runs), f"/compare?ids={IDS[0]}")
    expect(page.get_by_text("One run alone")).to_be_visible()
    page.get_by_role("button", name="Add run").click()
    page.get_by_label("Id or name of a run to add").first.fill("warm")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 runs of digits")


def test_curves_of_shared_metrics_lie_over_each_other(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(three_runs), ADDRESS)
    expect(page.get_by_text("1 shared metric")).to_be_visible()
    chart = page.get_by_role("slider", name="train/loss", exact=True)
    expect(chart.locator("canvas")).to_be_visible()
    expect(page.get_by_text(re.compile("Hatched: .diverged.\\."))).to_be_visible()
    chart.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    expect(chart).to_have_attribute("aria-valuetext", re.compile("^(plain|warm|diverged), step"))


def test_points_over_two_axes_are_walked_through(serve_runs: Serve, visit: Visit) -> None:
    page = plots(visit(serve_runs(three_runs), ADDRESS))
    expect(page.locator("#scatter .spot")).to_have_count(2)
    expect(page.get_by_text("Not drawn: diverged (lr is absent).")).to_be_visible()
    plot = page.get_by_role("application")
    expect(plot).to_have_accessible_name(re.compile("^train/loss against lr of 3 runs"))
    plot.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#scatter .tip")).to_contain_text("warm")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#scatter .tip")).to_contain_text("plain")
    expect(page.locator("#scatter .spot.back")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_title("plain · chachaml")


def test_plots_begin_with_the_headline_and_tell_params_from_metrics(
    serve_runs: Serve, visit: Visit
) -> None:
    page = plots(visit(serve_runs(scheduled_runs), ADDRESS))
    plot = page.get_by_role("application")
    expect(plot).to_have_accessible_name(re.compile(r"^train/loss against lr \(param\) of 3 runs"))
    axes = page.locator("#parallel [data-axes] button")
    expect(axes).to_have_text(["lr (param)", "train/loss", "a"])


def test_axes_are_chosen_and_kept_in_the_address(serve_runs: Serve, visit: Visit) -> None:
    page = plots(visit(serve_runs(three_runs), ADDRESS))
    across = page.get_by_role("combobox", name="x", exact=True)
    expect(across).to_have_value("param.lr")
    expect(page.get_by_label("Log x").last).to_be_checked()
    across.select_option("optimizer")
    expect(page.get_by_text("Not drawn: diverged (train/loss is NaN).")).to_be_visible()
    page.get_by_role("combobox", name="Colour").select_option("seed")
    plots(page).reload()
    expect(plots(page).get_by_role("combobox", name="x", exact=True)).to_have_value(
        "param.optimizer"
    )
    expect(page.get_by_role("combobox", name="Colour")).to_have_value("param.seed")
    page.get_by_role("link", name="Max", exact=True).click()
    expect(plots(page).get_by_role("combobox", name="x", exact=True)).to_have_value(
        "param.optimizer"
    )
    page.locator("#scatter summary").click()
    cells = page.locator("#scatter .values tbody tr").nth(2).locator("th, td")
    expect(cells).to_have_text(["diverged", "sgd", "NaN", "1"])


def test_a_brush_keeps_runs_and_greys_the_others(serve_runs: Serve, visit: Visit) -> None:
    page = plots(visit(serve_runs(three_runs), ADDRESS))
    overlay = page.get_by_role("slider", name="lr: runs to keep").locator(".overlay")
    expect(page.locator(".curve canvas")).to_be_attached()
    drawn = page.locator(".curve canvas").evaluate(PICTURE)
    overlay.scroll_into_view_if_needed()
    box = overlay.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 1)
    page.mouse.down()
    page.mouse.move(middle, box["y"] + box["height"] / 3)
    page.mouse.up()
    expect(page.get_by_text("1 of 3 runs kept")).to_be_visible()
    expect(page.locator("#parallel g.back")).to_have_count(2)
    row = page.locator(".diff tbody tr", has=page.get_by_text("optimizer", exact=True))
    expect(row.locator("td.out")).to_have_text(["adam", "sgd"])
    assert page.locator(".curve canvas").evaluate(PICTURE) != drawn
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".diff .out")).to_have_count(0)
    expect(page.get_by_text("3 runs", exact=True)).to_be_visible()


def test_a_brush_is_moved_by_the_keyboard(serve_runs: Serve, visit: Visit) -> None:
    page = plots(visit(serve_runs(three_runs), ADDRESS))
    brush = page.get_by_role("slider", name="lr: runs to keep")
    expect(brush).to_have_attribute("aria-valuetext", "all")
    brush.focus()
    page.keyboard.press("ArrowUp")
    expect(brush).to_have_attribute("aria-valuetext", "0.01 to 0.1")
    expect(page.get_by_text("1 of 3 runs kept")).to_be_visible()
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    expect(brush).to_have_attribute("aria-valuetext", "0.001 to 0.01")
    page.keyboard.press("Escape")
    expect(brush).to_have_attribute("aria-valuetext", "all")
    page.keyboard.press("ArrowUp")
    page.get_by_role("link", name="Compare only these").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 run of digits")


def test_axes_are_added_and_removed(serve_runs: Serve, visit: Visit) -> None:
    page = plots(visit(serve_runs(three_runs), ADDRESS))
    page.get_by_label("Add an axis").select_option("seed")
    expect(page.get_by_role("slider", name="seed: runs to keep")).to_be_attached()
    page.get_by_role("button", name="lr: remove this axis").click()
    expect(page.get_by_role("slider", name="lr: runs to keep")).to_have_count(0)
    page.reload()
    expect(plots(page).get_by_role("slider", name="seed: runs to keep")).to_be_attached()
    expect(page.get_by_role("slider", name="lr: runs to keep")).to_have_count(0)


async def two_wordy_runs(logbook: Logbook) -> None:
    for name in ("cosine-warmup", "label-smoothing"):
        words = {"augment": ["rotate", "shift", name], "optimizer/schedule": name}
        await logged(logbook, name, words, [3.0, 1.0])


def test_two_runs_stand_side_by_side_on_a_phone(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(two_wordy_runs), f"/compare?ids={','.join(IDS[:2])}", window=PHONE)
    frame = page.locator(".tbl:has(.diff)").bounding_box()
    last = page.locator(".diff thead th").last.bounding_box()
    assert frame is not None
    assert last is not None
    assert last["x"] + last["width"] <= frame["x"] + frame["width"]


async def turning_runs(logbook: Logbook) -> None:
    for lr in ({"lr": 0.1}, {"lr": 0.2}, {}):
        await logged(logbook, "\u202eturned", lr, [1.0])


def test_a_name_turns_no_words_beside_it(serve_runs: Serve, visit: Visit) -> None:
    page = plots(visit(serve_runs(turning_runs), ADDRESS))
    said = page.get_by_text("Not drawn: \u202eturned (lr is absent).")
    expect(said.locator("bdi")).to_have_text(["\u202eturned", "lr is absent"])


@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_fifty_runs_stay_usable(serve_runs: Serve, visit: Visit, window: ViewportSize) -> None:
    ids = ",".join(f"{number:032x}" for number in range(1, 51))
    page = plots(visit(serve_runs(fifty_runs), f"/compare?ids={ids}", window=window))
    assert sideways(page) == 0
    expect(page.locator("#parallel .line")).to_have_count(50)
    table = page.get_by_role("region", name="Differences")
    table.scroll_into_view_if_needed()
    table.evaluate("region => region.scrollTo(2000, 100)")
    key = table.get_by_role("rowheader", name="number")
    expect(key).to_be_in_viewport()
    region, head = table.bounding_box(), table.locator("thead").bounding_box()
    assert region is not None
    assert head is not None
    assert head["y"] == pytest.approx(region["y"], abs=2)


@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_hostile_text_is_text_and_stays_in_its_place(
    serve_runs: Serve, visit: Visit, window: ViewportSize
) -> None:
    ids = ",".join(f"{number:032x}" for number in range(1, len(HOSTILE) + 1))
    page = plots(visit(serve_runs(hostile_runs), f"/compare?ids={ids}", window=window))
    expect(page).to_have_title("Compare 7 runs · chachaml")
    assert page.locator("body script, .diff img").count() == 0
    assert sideways(page) == 0


@pytest.mark.parametrize("path", [ADDRESS, f"/compare?ids={IDS[0]},nobody", "/compare"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_nobody_is_kept_out(
    serve_runs: Serve, visit: Visit, window: ViewportSize, theme: Theme, path: str
) -> None:
    page = visit(serve_runs(three_runs), path, window=window, theme=theme)
    assert sideways(page) == 0
    if path == ADDRESS:
        plots(page)
        page.get_by_role("slider", name="lr: runs to keep").press("ArrowUp")
        page.locator("#scatter summary").click()
    assert barriers(page) == []
    if path == ADDRESS:
        page.get_by_role("button", name="Change plain").click()
        assert barriers(page) == []


def test_the_page_reads_without_scripts(serve_runs: Serve, chromium: Browser) -> None:
    url = serve_runs(three_runs).url.rstrip("/")
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{url}{ADDRESS}")
        expect(page.get_by_role("row", name="train/loss")).to_contain_text("0.5000")
        expect(page.locator("#scatter")).to_be_hidden()
        page.get_by_label("Only what differs").check()
        page.get_by_label("Find a key").fill("optimizer")
        page.keyboard.press("Enter")
        expect(shown_rows(page)).to_have_text(["optimizer"])
