"""The artifacts of a run, as somebody finds, looks at and takes them."""

import base64

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, WIDE, Serve, Theme, Visit
from tests.browser.logbook import Logbook, bytes_of

RUN = f"{1:032x}"
ADDRESS = f"/runs/{RUN}"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
EVIL = b"<svg xmlns='http://www.w3.org/2000/svg'><script>document.title = 'mine'</script></svg>"
ARTIFACTS = {
    "report/summary.md": b"# Summary\n\n**good** <script>document.title = 'mine'</script>",
    "report/curve.png": PNG,
    "report/table.csv": b'name,value\n"<b>a</b>",1\n',
    "evil.svg": EVIL,
    "evil.html": b"<script>document.title = 'mine'</script>",
    "evil.png": EVIL,
    "config.json": b'{"lr":0.1}',
    "model.bin": b"\x80\x04\x95",
}


async def a_run_with_artifacts(logbook: Logbook) -> None:
    run = await logbook.run("slow", lasted=None)
    for name, body in ARTIFACTS.items():
        await logbook.kernel.artifacts.upload(run, name, bytes_of(body))


async def a_run_with_very_many(logbook: Logbook) -> None:
    run = await logbook.run("slow", lasted=None)
    for number in range(201):
        await logbook.kernel.artifacts.upload(run, f"steps/{number:03}.txt", bytes_of(b"x"))
    await logbook.kernel.artifacts.upload(run, "readme.txt", bytes_of(b"x"))


def names(page: Page) -> Locator:
    return page.locator("#run-artifacts tbody th")


def look_at(page: Page, name: str) -> Locator:
    page.get_by_role("link", name=name, exact=True).click()
    return page.get_by_role("dialog").locator("#preview")


def test_artifacts_are_a_tree(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_run_with_artifacts), ADDRESS)
    expect(names(page)).to_have_text(
        [
            *("report", "curve.png", "summary.md", "table.csv"),
            *("config.json", "evil.html", "evil.png", "evil.svg", "model.bin"),
        ]
    )
    expect(page.locator("#run-artifacts summary")).to_contain_text("8, ")


def test_previews_show_what_is_there_and_run_none_of_it(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_run_with_artifacts), ADDRESS)
    for name, shown in {
        "summary.md": "good <script>",
        "table.csv": "<b>a</b>",
        "evil.svg": "<svg xmlns=",
        "evil.html": "<script>document.title",
        "evil.png": "Nothing to read here",
        "model.bin": "Nothing to read here",
        "config.json": '{\n  "lr": 0.1\n}',
    }.items():
        seen = look_at(page, name)
        expect(seen).to_contain_text(shown, use_inner_text=True)
        assert seen.locator("script, svg script, b, iframe, object").count() == 0
        page.keyboard.press("Escape")
    expect(page).to_have_title("slow · chachaml")


def test_a_picture_is_drawn(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_run_with_artifacts), ADDRESS)
    picture = look_at(page, "curve.png").get_by_role("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") == 1


def test_a_preview_is_a_page_of_its_own_where_no_script_runs(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_run_with_artifacts), ADDRESS, scripts=False)
    expect(page.get_by_role("button", name="Archive")).to_be_hidden()
    page.get_by_role("link", name="table.csv", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("report/table.csv")
    expect(page.get_by_role("cell", name="<b>a</b>")).to_be_visible()
    page.get_by_role("link", name="slow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("slow")


def test_one_click_saves_an_artifact(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_run_with_artifacts), ADDRESS)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download evil.html").click()
    assert saved.value.suggested_filename == "evil.html"
    assert saved.value.path().read_bytes() == ARTIFACTS["evil.html"]


def test_of_many_artifacts_one_folder_is_shown_and_any_is_found(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_run_with_very_many), f"{ADDRESS}?x=time")
    expect(names(page)).to_have_text(["steps", "readme.txt"])
    page.get_by_role("link", name="steps", exact=True).click()
    expect(names(page)).to_have_count(201)
    page.get_by_label("Find an artifact").fill("200")
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text(["steps", "200.txt"])
    assert page.url.endswith("?x=time&artifact=200")
    page.reload()
    expect(names(page)).to_have_text(["steps", "200.txt"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_nobody_is_kept_out_of_a_preview(
    serve_runs: Serve, visit: Visit, window: ViewportSize, theme: Theme
) -> None:
    page = visit(serve_runs(a_run_with_artifacts), ADDRESS, window=window, theme=theme)
    expect(look_at(page, "table.csv")).to_be_visible()
    assert barriers(page) == []
    page.goto(
        str(page.get_by_role("link", name="summary.md", exact=True).evaluate("link => link.href"))
    )
    assert barriers(page) == []
