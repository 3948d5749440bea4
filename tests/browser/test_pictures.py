"""Every page of a tracker in use, by day and by night, wide and narrow.

Each picture is kept in the folder that `CHACHAML_PICTURES` names, or in a temporary one.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from chachaml_kernel import Server
from playwright.sync_api import ViewportSize

from tests.browser.accessibility import barriers
from tests.browser.conftest import Theme, Visit
from tests.browser.hostile import sideways
from tests.browser.logbook import serve_written
from tests.browser.showcase import showcase

PAGES = {
    "runs": "/runs",
    "digits": "/runs?experiment=digits",
    "run": "/runs/{cosine-warmup-3}",
    "groups": "/runs?group=param.optimizer&columns=metric.accuracy",
    "compare": "/compare?ids={label-smoothing},{cosine-warmup-1},{cosine-warmup-2},{wide-stem}",
    "experiments": "/experiments",
    "search": "/search?metric_key=val/accuracy&op=%3E&metric_value=0.89",
    "models": "/models",
    "model": "/models/digits",
    "missing": "/runs/nobody",
}
"""Addresses of pages by the picture's name; a run in braces stands for its id."""
WINDOWS: dict[str, ViewportSize] = {
    "wide": {"width": 1440, "height": 900},
    "narrow": {"width": 390, "height": 844},
}


@dataclass(frozen=True, slots=True)
class Tracker:
    """A server with the showcase in it."""

    server: Server
    ids: dict[str, str]

    def address(self, page: str) -> str:
        """Return the address of a page, with the ids of the runs that it names."""
        return re.sub(r"\{(.+?)\}", lambda named: self.ids[named[1]], PAGES[page])


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    with serve_written(tmp_path_factory.mktemp("showcase"), showcase) as server:
        rows = httpx.get(f"{server.url}/api/runs").json()
        yield Tracker(server, {row["name"]: row["id"] for row in rows})


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = os.environ.get("CHACHAML_PICTURES")
    if folder is None:
        return tmp_path_factory.mktemp("pictures")
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(
    tracker: Tracker, visit: Visit, album: Path, name: str, window: str, theme: Theme
) -> None:
    status = 404 if name == "missing" else 200
    page = visit(
        tracker.server, tracker.address(name), window=WINDOWS[window], theme=theme, status=status
    )
    page.wait_for_load_state("networkidle")
    page.screenshot(path=album / f"{name}-{window}-{theme}.png")
    assert sideways(page) == 0
    assert barriers(page) == []
