"""The pages of the model registry, as somebody uses them in a browser."""

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Theme, Visit
from tests.browser.hostile import sideways
from tests.browser.logbook import Logbook
from tests.browser.series import drawn, pixels

WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
HOSTILE = "\"'><script>alert(1)</script>&amp;\u202e/%2F" + "W" * 200


async def a_model(logbook: Logbook) -> None:
    await register(logbook, "digits", versions=3)
    models = logbook.kernel.models
    await models.set_stage("digits", 1, stage_name="production", reason="the first")
    await models.set_stage("digits", 2, stage_name="staging")


async def a_hostile_model(logbook: Logbook) -> None:
    await register(logbook, HOSTILE, versions=2)
    models = logbook.kernel.models
    await models.describe(HOSTILE, HOSTILE * 30)
    await models.describe_version(HOSTILE, 2, HOSTILE)
    await models.set_stage(HOSTILE, 1, stage_name="production", reason=HOSTILE, moved_by=HOSTILE)


async def no_models(_: Logbook) -> None:
    """Write nothing."""


async def register(logbook: Logbook, name: str, *, versions: int) -> None:
    for number in range(1, versions + 1):
        run_id = await logbook.run(f"try {number}", metric=("accuracy", number / 10), lasted=None)
        await logbook.kernel.runs.log_params(run_id, {"lr": 0.1 / number, "seed": 7})
        await logbook.kernel.artifacts.upload(run_id, "model.pt", pieces(b"weights" * number))
        await logbook.kernel.models.register(name, run_id=run_id, artifact="model.pt")


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


def row(page: Page, version: int) -> Locator:
    return page.locator(f'tr[data-version="{version}"]')


def test_the_list_leads_to_a_model(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_model), "/models")
    expect(page.get_by_role("row", name="digits")).to_contain_text("v1")
    page.get_by_role("link", name="digits", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("digits")
    expect(page.locator(".title .stage")).to_have_text("v1 in production")


def test_without_a_model_the_list_says_how_to_make_one(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(no_models), "/models", window=PHONE)
    expect(page.get_by_role("heading", name="No models yet")).to_be_visible()
    expect(page.locator("pre")).to_contain_text("/api/w/models")
    assert sideways(page) == 0


def test_a_promotion_names_what_it_archives_and_is_kept_with_its_reason(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_model), "/models/digits")
    page.get_by_role("button", name="Promote v2").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Promote digits v2 to production?")
    expect(dialog.locator(".worse")).to_be_hidden()
    dialog.get_by_label("Why").fill("better on sevens")
    dialog.get_by_role("button", name="Promote v2, archive v1").click()
    expect(page.locator(".title .stage")).to_have_text("v2 in production")
    expect(row(page, 1)).to_contain_text("archived")
    history = page.locator("#history li")
    expect(history.nth(0)).to_contain_text("v2 from staging to production")
    expect(history.nth(0)).to_contain_text("better on sevens")
    expect(history.nth(1)).to_contain_text("v1 from production to archived when v2 was promoted")
    page.get_by_role("button", name="Promote v1").click()
    expect(dialog.locator(".worse")).to_have_text(
        "accuracy is 0.1000 lower than in v2 (0.1000 against 0.2000)."
    )
    assert barriers(page) == []
    dialog.get_by_text("staging", exact=True).first.click()
    expect(dialog.locator(".worse")).to_be_hidden()


def test_a_promotion_by_somebody_else_meanwhile_is_not_undone_unseen(
    serve_runs: Serve, visit: Visit
) -> None:
    server = serve_runs(a_model)
    page = visit(server, "/models/digits", refusals=[409])
    page.get_by_role("button", name="Promote v2").click()
    address = f"{server.url}/api/w/models/digits/versions/3/stage"
    httpx.post(address, json={"stage": "production"}).raise_for_status()
    with page.expect_response(lambda answer: answer.status == 409):
        page.get_by_role("button", name="Promote v2, archive v1").click()
    expect(page.get_by_role("alert")).to_contain_text("version 3 of model 'digits'")
    expect(page.get_by_role("button", name="Promote v2, archive v1")).to_be_enabled()


def test_a_version_moves_to_any_stage_but_its_own(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_model), "/models/digits")
    page.get_by_role("button", name="Move v2 to a stage").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Move v2 to archived")).to_be_enabled()
    dialog.get_by_text("staging", exact=True).first.click()
    expect(dialog.get_by_role("button", name="Move v2 to staging")).to_be_disabled()
    dialog.get_by_text("none", exact=True).first.click()
    dialog.get_by_role("button", name="Move v2 to none").click()
    expect(row(page, 2)).to_contain_text("none")


def test_model_and_version_are_described(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_model), "/models/digits")
    page.get_by_role("button", name="Edit the description").click()
    page.get_by_role("textbox", name="Description").fill("Handwritten digits")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".lede")).to_contain_text("Handwritten digits")
    page.get_by_role("button", name="Describe v3").click()
    page.get_by_role("textbox", name="Description").fill("smaller")
    page.get_by_role("button", name="Save").click()
    expect(row(page, 3)).to_contain_text("smaller")


def test_any_two_versions_are_put_side_by_side(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(a_model), "/models/digits")
    expect(page.get_by_role("heading", name="v1 to v3")).to_be_visible()
    page.get_by_label("v2 on the left").check()
    page.get_by_role("button", name="Diff the chosen two").click()
    diff = page.get_by_role("region", name="Diff of v2 and v3")
    accuracy = diff.get_by_role("row", name="accuracy").get_by_role("cell")
    assert accuracy.all_inner_texts() == ["0.2000", "0.3000", "+0.1000"]
    expect(diff.get_by_role("row", name="seed")).to_have_class("same")
    page.get_by_label("Only what differs").check()
    expect(diff.get_by_role("row", name="seed")).to_be_hidden()
    expect(diff.get_by_role("row", name="lr")).to_be_visible()
    drawn(page, "accuracy")
    assert pixels(page, "accuracy", "c1") > 0
    assert pixels(page, "accuracy", "c2") > 0
    page.locator("label", has_text="Time").click()
    page.reload()
    expect(page.get_by_role("radio", name="Time")).to_be_checked()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
def test_hostile_text_stays_in_its_place_and_nobody_is_kept_out(
    serve_runs: Serve, visit: Visit, window: ViewportSize, theme: Theme
) -> None:
    page = visit(serve_runs(a_hostile_model), "/models", window=window, theme=theme)
    assert barriers(page) == []
    page.locator("tbody th a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    assert sideways(page) == 0
    assert barriers(page) == []
    page.get_by_role("button", name="Promote v2").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert barriers(page) == []
