"""Curves in answers of the chat: those that the model's calls have read."""

import json
import re
from collections.abc import Callable

import httpx
import openai  # noqa: F401  so that no question's time is spent on it
import pytest
from chachaml_kernel import Server
from chachaml_kernel.domain.metrics import Points
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, WIDE, Theme, Visit
from tests.browser.logbook import Logbook
from tests.browser.talking import ask
from tests.servers import openai_wire as wire
from tests.servers.scripted import Service

FIRST, SECOND = (f"{number:032x}" for number in (1, 2))
STEPS = 40


async def two_curves(logbook: Logbook) -> None:
    """Write two runs with curves."""
    for name, height in (("calm", 1.0), ("wild", 3.0)):
        run_id = await logbook.run(name, experiment="digits", lasted=None)
        values = [height / (1 + step) for step in range(STEPS)]
        times = [logbook.watch.now + step for step in range(STEPS)]
        points = Points(values, times, list(range(STEPS)))
        await logbook.kernel.metrics.append(run_id, {"train/loss": points, "lr": points})


def reads(run_id: str, key: str) -> tuple[str, str]:
    """Return a call that reads a curve."""
    return "get_metric_history", json.dumps({"run_id": run_id, "key": key})


def keys(page: Page) -> list[str | None]:
    """Return what the charts of the page show."""
    return [each.get_attribute("data-key") for each in page.locator(".bot figure").all()]


@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_curves_that_were_read_are_drawn_below_the_answer(
    talk: Callable[..., Server], service: Service, visit: Visit, theme: Theme, window: ViewportSize
) -> None:
    service.will(
        wire.calls(reads(FIRST, "train/loss"), reads(SECOND, "train/loss"), reads(FIRST, "lr")),
        wire.text("The second falls more."),
    )
    page = visit(talk(two_curves), "/chat", theme=theme, window=window)
    ask(page, "Compare them.")
    charts = page.locator(".bot figure.chart")
    expect(charts).to_have_count(2)
    expect(page.locator(".bot canvas")).to_have_count(2)
    assert keys(page) == ["train/loss", "lr"]
    both, alone = charts.all()
    assert both.get_by_role("link").get_attribute("href") == f"/compare?ids={FIRST},{SECOND}"
    assert alone.get_by_role("link").get_attribute("href") == f"/runs/{FIRST}"
    slider = both.get_by_role("slider")
    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuenow", str(STEPS - 1))
    assert barriers(page) == []
    page.reload()
    expect(page.locator(".bot canvas")).to_have_count(2)


def test_a_curve_of_a_run_that_is_gone_is_left_out(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(
        wire.calls(reads(FIRST, "train/loss"), reads(SECOND, "train/loss"), reads(FIRST, "lr")),
        wire.text("Look."),
    )
    page = visit(talk(two_curves), "/chat", refusals=[404])
    ask(page, "Compare them.")
    expect(page.locator(".bot canvas")).to_have_count(2)
    address = page.url.replace("/chat", f"/api/w/runs/{FIRST}")
    assert httpx.post(f"{address}/archive").status_code == 200
    assert httpx.delete(address).status_code == 200
    page.reload()
    expect(page.locator(".bot canvas")).to_have_count(1)
    assert keys(page) == ["train/loss"]


def test_what_a_call_took_is_said_and_a_refused_one_draws_nothing(
    talk: Callable[..., Server], service: Service, visit: Visit
) -> None:
    service.will(wire.calls(("list_runs", "{}"), reads("nobody", "train/loss")), wire.text("None."))
    page = visit(talk(two_curves), "/chat")
    ask(page, "Which?")
    expect(page.locator(".bot").get_by_text("None.")).to_be_visible()
    expect(page.locator(".call summary span").first).to_have_text(re.compile(r"^2 runs, \d+ ms$"))
    expect(page.locator(".call summary span").last).to_have_text("refused")
    expect(page.locator(".bot figure")).to_have_count(0)
