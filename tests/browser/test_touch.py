"""Charts under fingers: two zoom, one scrolls the page."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.conftest import PHONE, Serve, Visit
from tests.browser.logbook import Logbook
from tests.browser.series import RUN, ask, curves, drawn, falling

WINDOW = 'board.charts.get("loss").window'


async def some_curves(logbook: Logbook) -> None:
    await curves(logbook, {key: falling(101) for key in ("loss", "more", "most")})


@dataclass(frozen=True, slots=True)
class Hand:
    """Fingers on the first chart of a page; places are parts of its plot's width and height."""

    page: Page
    session: CDPSession

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        box = self.page.locator('figure[data-key="loss"] .u-over').bounding_box()
        assert box is not None
        points = [
            {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": finger}
            for finger, (x, y) in enumerate(places)
        ]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pinch(self, *moves: Sequence[float]) -> None:
        """Put two fingers down, move them to each of the next places, and lift them."""
        kinds = ["touchStart", *("touchMove" for _ in moves[1:])]
        for kind, (left, right) in zip(kinds, moves, strict=True):
            self.touch(kind, (left, 0.4), (right, 0.6))
        self.touch("touchEnd")


def test_two_fingers_zoom_a_chart_and_one_scrolls_the_page(serve_runs: Serve, visit: Visit) -> None:
    page = visit(serve_runs(some_curves), f"/runs/{RUN}", window=PHONE)
    drawn(page, "loss")
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    hand = Hand(page, session)
    scrolled = page.evaluate("scrollY")

    hand.pinch((0.4, 0.6), (0.3, 0.7), (0.2, 0.8))
    assert ask(page, WINDOW) == pytest.approx([333, 667], abs=8)
    assert page.evaluate("[scrollY, visualViewport.scale]") == [scrolled, 1]
    hand.pinch((0.1, 0.9), (0.4, 0.6), (0.45, 0.55))
    assert ask(page, WINDOW) is None

    hand.touch("touchStart", (0.5, 0.9))
    for height in (0.5, 0.1, -0.5, -1):
        hand.touch("touchMove", (0.5, height))
    hand.touch("touchEnd")
    page.wait_for_function("(before) => scrollY > before", arg=scrolled)
    assert ask(page, WINDOW) is None
