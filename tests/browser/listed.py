"""The list of runs in a browser: runs to look at, and where things stand on the page."""

import math
from typing import TYPE_CHECKING

from chachaml_kernel.domain.values import JsonValue
from playwright.sync_api import Locator, Page, ViewportSize

from tests.browser.logbook import Logbook

if TYPE_CHECKING:
    from tests.browser.conftest import Theme

WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
THEMES: "tuple[Theme, ...]" = ("light", "dark")


async def no_runs(_: Logbook) -> None:
    """Write nothing."""


async def a_few_runs(logbook: Logbook) -> None:
    await logbook.run("slow", experiment="digits", metric=("accuracy", 0.9), lasted=3_260_000)
    await logbook.run("quick", experiment="digits", metric=("accuracy", 0.95), created_by="maria")
    await logbook.run("diverged", experiment="words", metric=("loss", math.nan), status="failed")
    await logbook.run("young", experiment="words", lasted=None)


async def a_sweep(logbook: Logbook) -> None:
    """Write a parent with two children, and runs that differ in params, metrics and tags."""
    runs, tags = logbook.kernel.runs, {"goal": "paper"}
    parent = await logbook.run("sweep", lasted=None)
    for number in range(2):
        await logbook.run(f"child {number}", parent=parent, metric=("loss", 0.5 + number))
    for number, optimizer in enumerate(("adam", "sgd", "lion")):
        run = await logbook.run(f"run {number}", tags=tags, lasted=None)
        params: dict[str, JsonValue] = {
            "lr": 10.0**-number,
            "optimizer": optimizer,
            "batch": 128,
            "layers": [1, number],
        }
        await runs.log_params(run, params)
        await logbook.log(run, {"val/loss": 0.25 + number, "a,b%": 7.0})


def names(page: Page) -> Locator:
    return page.locator("tbody th .name a:not(.fold)")


def heads(page: Page) -> list[str]:
    return page.locator("thead tr:last-child th").all_inner_texts()
