"""Times by the reader's own clock."""

import httpx
import pytest
from chachaml_ui.pages.words import DAY, HOUR, MINUTE, SECOND, duration
from playwright.sync_api import expect

from tests.browser.conftest import Serve, Visit
from tests.browser.logbook import Logbook
from tests.browser.series import RUN, curves, drawn, falling, module

WEST = "Pacific/Pago_Pago"
"""Eleven hours behind UTC all year: what is logged at nine in the morning was logged yesterday."""


async def a_run(logbook: Logbook) -> None:
    await curves(logbook, {"loss": falling(50)})


def test_times_are_those_of_the_reader(serve_runs: Serve, visit: Visit) -> None:
    server = serve_runs(a_run)
    page = visit(server, f"/runs/{RUN}?x=time&smooth=0", zone=WEST)
    started = page.locator("#run-head time")
    expect(started).to_have_text("8 Oct 2025")
    expect(started).to_have_attribute("title", "2025-10-09T09:01:00Z")
    drawn(page, "loss")
    said = page.locator("figure").get_by_role("slider")
    expect(said).to_have_attribute("aria-valuetext", "2025-10-08 22:00:49: 0.3753111")
    httpx.post(f"{server.url}/api/w/runs/{RUN}/params", json={"lr": 1}).raise_for_status()
    expect(page.locator("#run-params")).to_contain_text("lr")
    expect(started).to_have_text("8 Oct 2025")
    page.goto(f"{server.url}/runs")
    expect(page.locator("tbody time")).to_have_text("8 Oct 2025")
    expect(page.locator(".pager")).to_contain_text(f"times in {WEST}")


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("9 Oct 03:30", "8 Oct 16:30"),
        ("9 Oct 2025", "8 Oct 2025"),
        ("5 min ago", "5 min ago"),
        ("just now", "just now"),
    ],
)
def test_a_time_keeps_its_form(serve_runs: Serve, visit: Visit, written: str, there: str) -> None:
    page = visit(serve_runs(a_run), f"/runs/{RUN}", zone=WEST)
    shown = page.evaluate(
        """async (text) => {
          const root = document.querySelector('script[src*="js/frame"]').src;
          const { pageOf } = await import(new URL("times.js", root));
          const page = pageOf(`<time datetime="2025-10-09T03:30:00Z">${text}</time>`);
          return page.querySelector("time").textContent;
        }""",
        written,
    )
    assert shown == there


def test_lengths_of_time_are_written_as_the_server_writes_them(
    serve_runs: Serve, visit: Visit
) -> None:
    page = visit(serve_runs(a_run), f"/runs/{RUN}")
    ends = [0, SECOND, MINUTE, HOUR, DAY, 2 * DAY, 9 * DAY + 5 * HOUR]
    lengths = [length for end in ends for length in (end - 1, end, end + 61_001)]
    written = module(page, "../times", f"{lengths}.map(m.duration)")
    assert written == [duration(length) for length in lengths]
