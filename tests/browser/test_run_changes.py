"""What somebody can change about a run on its page."""

import httpx
from chachaml_kernel import Server
from playwright.sync_api import Page, expect

from tests.browser.conftest import Serve, Visit
from tests.browser.logbook import Logbook, bytes_of
from tests.http.client import OCTETS

RUN = f"{1:032x}"


async def a_running_run(logbook: Logbook) -> None:
    run = await logbook.run("slow", tags={"goal": "paper"}, metric=("loss", 0.5), lasted=None)
    await logbook.kernel.artifacts.upload(run, "model.bin", bytes_of(b"weights"))
    await logbook.run("other", lasted=None)
    await logbook.kernel.artifacts.upload(f"{3:032x}", "a", bytes_of(b"a"))
    await logbook.kernel.models.register("digits", run_id=f"{3:032x}", artifact="a")


async def an_archived_run(logbook: Logbook) -> None:
    run = await logbook.run("old", experiment="digits", metric=("loss", 0.5))
    await logbook.kernel.runs.archive(run)


def status(page: Page) -> str:
    return page.locator("#run-head .title .st").inner_text()


def detail(server: Server) -> dict[str, object]:
    found: dict[str, object] = httpx.get(f"{server.url}/api/runs/{RUN}").json()
    return found


def test_a_run_is_ended_as_failed_and_taken_up_again(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_running_run), f"/runs/{RUN}")
    page.get_by_role("button", name="End run").click()
    dialog = page.get_by_role("dialog", name="End this run")
    expect(dialog.get_by_label("What went wrong")).to_be_hidden()
    dialog.get_by_text("Failed", exact=True).click()
    dialog.get_by_label("What went wrong").fill("out of <b>memory</b>")
    dialog.get_by_role("button", name="End run").click()
    expect(page.locator("#run-head .error")).to_have_text("out of <b>memory</b>")
    assert status(page) == "failed"
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="End run")).to_be_visible()
    assert status(page) == "running"
    expect(page.locator(".toasts")).to_contain_text("The run takes writes again")


def test_what_somebody_else_did_meanwhile_is_said_in_the_dialog(
    serve_runs: Serve, visit: Visit
) -> None:
    server = serve_runs(a_running_run)
    page = visit(server, f"/runs/{RUN}", refusals=(409,))
    page.get_by_role("button", name="End run").click()
    dialog = page.get_by_role("dialog", name="End this run")
    expect(dialog).to_be_visible()
    httpx.post(f"{server.url}/api/w/runs/{RUN}/end", json={"status": "failed"}).raise_for_status()
    expect(page.locator("#run-head .title .st")).to_have_text("failed")
    dialog.get_by_role("button", name="End run").click()
    expect(dialog.get_by_role("alert")).to_contain_text("failed")
    assert detail(server)["status"] == "failed"


def test_archiving_can_be_undone(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(a_running_run)
    page = visit(server, f"/runs/{RUN}")
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("This run is archived")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("This run is archived")).to_have_count(0)
    assert detail(server)["archived"] is False


def test_only_an_archived_run_is_deleted_and_the_dialog_says_what_goes(
    serve_runs: Serve, visit: Visit
) -> None:
    server = serve_runs(an_archived_run)
    page = visit(server, f"/runs/{RUN}")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete old for ever?")
    expect(dialog).to_contain_text("1 points in 1 metrics")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete run").click()
    expect(page).to_have_title("digits · chachaml")
    expect(page.locator(".toasts")).to_have_text("Run old deleted")
    assert httpx.get(f"{server.url}/api/runs/{RUN}").status_code == 404


def test_a_run_that_runs_is_not_deleted(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_running_run), f"/runs/{RUN}")
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)


def test_a_model_version_is_registered_under_a_name_that_exists(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_running_run), f"/runs/{RUN}")
    page.get_by_role("button", name="Register model").click()
    dialog = page.get_by_role("dialog", name="Register a model version")
    expect(dialog.locator("datalist option")).to_have_attribute("value", "digits")
    dialog.get_by_label("Model", exact=True).fill("digits")
    expect(dialog.get_by_label("Artifact")).to_have_value("model.bin")
    dialog.get_by_label("Stage").select_option("staging")
    dialog.get_by_role("button", name="Register").click()
    expect(page.locator("#run-family")).to_contain_text("digits")
    expect(page.locator("#run-family")).to_contain_text("staging")


def test_of_several_artifacts_none_is_registered_unawares(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(a_running_run)
    address = f"{server.url}/api/w/runs/{RUN}/artifacts?name=README.md"
    httpx.post(address, content=b"Read me", headers=OCTETS).raise_for_status()
    page = visit(server, f"/runs/{RUN}")
    page.get_by_role("button", name="Register model").click()
    dialog = page.get_by_role("dialog", name="Register a model version")
    options = dialog.get_by_label("Artifact").locator("option")
    expect(options).to_have_text(["Choose one", "README.md", "model.bin"])
    dialog.get_by_label("Model", exact=True).fill("digits")
    dialog.get_by_role("button", name="Register").click()
    expect(dialog.get_by_label("Artifact")).to_have_js_property("validity.valueMissing", value=True)
    dialog.get_by_label("Artifact").select_option("model.bin")
    dialog.get_by_role("button", name="Register").click()
    expect(page.locator("#run-family")).to_contain_text("digits")


def test_a_name_that_no_model_may_have_is_said_in_the_dialog(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_running_run), f"/runs/{RUN}", refusals=(400,))
    page.get_by_role("button", name="Register model").click()
    dialog = page.get_by_role("dialog", name="Register a model version")
    dialog.get_by_label("Model", exact=True).fill("..")
    expect(dialog.get_by_label("Artifact")).to_have_value("model.bin")
    dialog.get_by_role("button", name="Register").click()
    expect(dialog.get_by_role("alert")).to_contain_text("model name")


def test_tags_are_added_changed_and_removed_and_each_can_be_undone(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_running_run), f"/runs/{RUN}")
    tags = page.locator("#run-tags .chip")
    undo = page.get_by_role("button", name="Undo")
    page.get_by_role("button", name="Add tag").click()
    page.get_by_role("textbox", name="Key").fill("goal")
    page.get_by_role("textbox", name="Value").fill("<i>demo</i>")
    page.keyboard.press("Enter")
    expect(tags).to_have_text(["goal <i>demo</i>"])
    undo.click()
    expect(tags).to_have_text(["goal paper"])
    page.get_by_role("button", name="Remove tag goal").click()
    expect(tags).to_have_count(0)
    undo.click()
    expect(tags).to_have_text(["goal paper"])


def test_a_half_written_tag_stays_when_another_one_is_removed(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_running_run), f"/runs/{RUN}")
    page.get_by_role("button", name="Add tag").click()
    page.get_by_role("textbox", name="Key").fill("owner")
    page.get_by_role("button", name="Remove tag goal").click()
    expect(page.locator("#run-tags .chip")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Key")).to_have_value("owner")
    page.get_by_role("textbox", name="Value").fill("team")
    page.keyboard.press("Enter")
    expect(page.locator("#run-tags .chip")).to_have_text(["owner team"])
    expect(page.get_by_role("textbox", name="Key")).to_be_hidden()


def test_a_tag_of_a_run_that_was_deleted_meanwhile_says_so(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(a_running_run)
    page = visit(server, f"/runs/{RUN}", refusals=(404,))
    httpx.post(f"{server.url}/api/w/runs/{RUN}/archive").raise_for_status()
    httpx.delete(f"{server.url}/api/w/runs/{RUN}").raise_for_status()
    page.get_by_role("button", name="Remove tag goal").click()
    expect(page.locator("#run-tags").get_by_role("alert")).to_contain_text(RUN)


def test_the_id_is_copied_whole(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_running_run), f"/runs/{RUN}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the run's id").click()
    expect(page.locator(".toasts")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == RUN
