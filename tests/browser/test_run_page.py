"""The page of one run, as somebody reads it in a browser."""

import json

import pytest
from chachaml_kernel.domain.values import JsonValue
from playwright.sync_api import ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, WIDE, Serve, Theme, Visit
from tests.browser.hostile import HOSTILE, sideways
from tests.browser.logbook import Logbook, bytes_of

UNFOLD = "folds => folds.forEach(fold => { fold.open = true; })"
FIRST, SECOND = f"{1:032x}", f"{2:032x}"
ENV: dict[str, JsonValue] = {
    "git": {"sha": "a1b9f02c41ed", "branch": "main", "dirty": True},
    "python": "3.12.4",
    "packages": {f"package-{number}": "1.0" for number in range(80)},
    "custom": {"deep": [1, 2]},
}


async def one_run(logbook: Logbook) -> None:
    await logbook.run("slow", experiment="digits", metric=("accuracy", 0.9), lasted=3_260_000)


async def a_full_run(logbook: Logbook) -> None:
    runs = logbook.kernel.runs
    parent = await logbook.run("sweep")
    run = (await runs.start(name="full", parent_run_id=parent, env=ENV)).id
    params = {f"param/{number:03}": number for number in range(300)}
    await runs.log_params(run, {**params, "layers": [{"units": 64}] * 9})
    await runs.note(run, "**good**: $x_1$")
    await logbook.kernel.artifacts.upload(run, "a/b.txt", bytes_of(b"text"))
    await runs.start(name="child", parent_run_id=run)
    await runs.end(run, status="failed", error="Traceback\n" + "  line\n" * 200 + "ValueError: no")


async def a_hostile_run(logbook: Logbook) -> None:
    runs = logbook.kernel.runs
    long = "🚀\u202e<b>" * 2_000
    run = (await runs.start(name=HOSTILE[0], experiment=HOSTILE[-1], created_by=HOSTILE[1])).id
    tags = {text: text for text in HOSTILE} | {"long": long}
    for key, value in tags.items():
        await runs.tag(run, key, value)
    await runs.log_params(run, {**tags, "deep": {text: [long] for text in HOSTILE}})
    await runs.note(run, "\n\n".join([*HOSTILE, long, f"${long[:500]}$", "W" * 9_000]))
    for text in HOSTILE:
        name = text.replace("/", " ")
        await logbook.kernel.artifacts.upload(run, f"{name}/{name}"[:300], bytes_of(b"x"))
    await runs.start(name=HOSTILE[3], parent_run_id=run)
    await runs.end(run, status="failed", error=long)


def test_a_run_shows_its_figures(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(one_run), f"/runs/{FIRST}")
    expect(page.get_by_role("heading", level=1)).to_have_text("slow")
    expect(page.locator(".figs")).to_contain_text("54 min 20 s")
    expect(page.locator(".figs dt")).to_have_text(["accuracy", "Duration", "Points"])


def test_all_that_is_known_of_a_run_is_there(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_full_run), f"/runs/{SECOND}")
    environment = page.locator("#run-environment")
    expect(environment).to_contain_text("a1b9f02c41 on main, dirty")
    expect(environment).to_contain_text("custom.deep")
    error = page.locator("#run-head details.say")
    expect(error.locator("summary")).to_contain_text("ValueError: no")
    error.locator("summary").click()
    expect(error.locator("pre")).to_contain_text("Traceback")
    family = page.locator("#run-family")
    expect(family.get_by_role("link", name="child")).to_be_visible()
    family.get_by_role("link", name="sweep").click()
    expect(page).to_have_title("sweep · chachaml")


def test_one_of_many_params_and_packages_is_found(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_full_run), f"/runs/{SECOND}")
    params = page.locator("#run-params .kv > div")
    expect(params).to_have_count(301)
    page.get_by_label("Find a param").fill("PARAM/29")
    expect(params.filter(visible=True)).to_have_count(10)
    page.locator("#run-packages summary").click()
    page.get_by_label("Find a package").fill("package-7")
    expect(page.locator("#run-packages .kv > div").filter(visible=True)).to_have_count(11)


def test_a_long_param_opens_to_all_of_it(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_full_run), f"/runs/{SECOND}")
    page.get_by_label("Find a param").fill("layers")
    page.locator("#run-params .long summary").click()
    written = page.get_by_role("region", name="layers").inner_text()
    assert json.loads(written) == [{"units": 64}] * 9
    assert len(written.splitlines()) > 9


@pytest.mark.parametrize("path", ["/runs/nobody", f"/runs/{FIRST}/artifacts/nothing"])
def test_what_is_not_there_is_a_page_that_says_so(
    serve_runs: Serve, visit: Visit, path: str
) -> None:
    page = visit(serve_runs(one_run), path, status=404)
    expect(page.get_by_role("heading", level=1)).to_contain_text("No such")
    page.get_by_role("link", name="All runs").click()
    expect(page).to_have_title("Runs · chachaml")


@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_hostile_text_is_text_and_stays_in_its_place(
    serve_runs: Serve, visit: Visit, window: ViewportSize
) -> None:
    page = visit(serve_runs(a_hostile_run), f"/runs/{FIRST}", window=window)
    expect(page).to_have_title(f"{HOSTILE[0]} · chachaml")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE[0])
    assert page.locator("body script, main img, main b:not(.chip b)").count() == 0
    assert sideways(page) == 0
    page.locator("main details").evaluate_all(UNFOLD)
    assert sideways(page) == 0
    page.get_by_role("button", name="Edit note").click()
    assert sideways(page) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_nobody_is_kept_out(
    serve_runs: Serve, visit: Visit, window: ViewportSize, theme: Theme
) -> None:
    page = visit(serve_runs(a_full_run), f"/runs/{SECOND}", window=window, theme=theme)
    assert sideways(page) == 0
    assert barriers(page) == []
    page.locator("main details").evaluate_all(UNFOLD)
    page.get_by_role("button", name="Add tag").click()
    page.get_by_role("button", name="Edit note").click()
    assert barriers(page) == []
    page.get_by_role("button", name="Register model").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert barriers(page) == []
