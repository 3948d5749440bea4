"""The note of a run, as somebody reads and writes it."""

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Serve, Visit
from tests.browser.logbook import Logbook

RUN = f"{1:032x}"
ADDRESS = f"/runs/{RUN}"


async def a_noted_run(logbook: Logbook) -> None:
    run = await logbook.run("slow")
    await logbook.kernel.runs.note(run, "First **try**,\r\n$x^2$", saved_by="maria")


def field(page: Page) -> Locator:
    return page.get_by_label("Note in Markdown")


def edit(page: Page, text: str) -> None:
    page.get_by_role("button", name="Edit note").click()
    field(page).fill(text)


def test_a_note_is_read_with_its_maths(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_noted_run), ADDRESS)
    note = page.locator("#run-note")
    expect(note.locator("strong")).to_have_text("try")
    expect(note.locator("math msup")).to_have_text("x2")
    expect(note.locator("summary")).to_contain_text("by maria")


def test_a_note_is_looked_at_and_then_saved(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_noted_run), ADDRESS)
    edit(page, "Second, <script>document.title = 'mine'</script> with $\\infty$")
    page.get_by_text("Preview", exact=True).click()
    expect(page.locator("#run-note .preview math")).to_have_text("∞")
    expect(field(page)).to_be_hidden()
    page.get_by_text("Write", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toasts")).to_contain_text("Note saved")
    expect(page.locator("#run-note .read").first).to_contain_text("Second, <script>")
    page.reload()
    expect(page.locator("#run-note math")).to_have_text("∞")
    expect(field(page)).to_be_hidden()
    expect(page).to_have_title("slow · chachaml")


def test_cancelling_forgets_what_was_written(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_noted_run), ADDRESS)
    edit(page, "never mind")
    page.get_by_role("button", name="Cancel").click()
    expect(field(page)).to_be_hidden()
    page.reload()
    expect(field(page)).to_be_hidden()


def test_text_that_was_not_saved_survives_a_reload(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_noted_run), ADDRESS)
    edit(page, "half a thou")
    page.reload()
    expect(field(page)).to_have_value("half a thou")
    expect(page.get_by_text("This text was not saved yet")).to_be_visible()


def test_a_note_that_somebody_else_saved_meanwhile_is_shown_beside_mine(
    serve_runs: Serve, visit: Visit
) -> None:
    server = serve_runs(a_noted_run)
    page = visit(server, ADDRESS, refusals=(409,))
    edit(page, "mine")
    answer = httpx.post(f"{server.url}/api/note/{RUN}", json={"note": "<b>theirs</b>"})
    answer.raise_for_status()
    newer = page.get_by_text("Somebody saved this note meanwhile. Saving yours shows theirs first.")
    expect(newer).to_be_visible()
    page.get_by_role("button", name="Save").click()
    theirs = page.get_by_role("region", name="The note that somebody else saved")
    expect(theirs).to_have_text("<b>theirs</b>")
    expect(field(page)).to_have_value("mine")
    expect(newer).to_be_hidden()
    page.get_by_role("button", name="Take theirs").click()
    expect(field(page)).to_have_value("<b>theirs</b>")
    field(page).fill("both")
    page.get_by_role("button", name="Save").click()
    shown = page.locator("#run-note .read").first
    expect(shown).to_have_text("both")
    httpx.post(f"{server.url}/api/note/{RUN}", json={"note": "seen by all"}).raise_for_status()
    expect(shown).to_have_text("seen by all")
    edit(page, "mine again")
    expect(newer).to_be_hidden()


def test_a_lost_connection_loses_no_text(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(a_noted_run)
    page = visit(server, ADDRESS, refusals=(0,))
    edit(page, "written on a train")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    alert = page.locator("#run-note").get_by_role("alert")
    expect(alert).to_contain_text("Not saved, but kept here")
    page.context.set_offline(False)
    page.reload()
    expect(field(page)).to_have_value("written on a train")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#run-note .read").first).to_have_text("written on a train")
