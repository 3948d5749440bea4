"""Runs with curves, for tests that look at charts."""

import math
from collections.abc import Mapping, Sequence

from chachaml_kernel.domain.metrics import Points
from playwright.sync_api import Locator, Page

from tests.browser.logbook import START, Logbook, Write

RUN = f"{1:032x}"
"""The id of the run that `curves` writes."""


async def curves(logbook: Logbook, series: Mapping[str, Sequence[float]]) -> None:
    """Write a running run whose metrics have these values, at the steps 0, 10, 20 and so on."""
    run = await logbook.run("curves", lasted=None)
    await logbook.kernel.metrics.append(
        run, {key: points(values) for key, values in series.items()}
    )


def points(values: Sequence[float]) -> Points:
    """Return points a second apart, ten steps each."""
    count = len(values)
    times = [START + 1_000 * i for i in range(count)]
    return Points(values, times, [10 * i for i in range(count)])


def falling(count: int) -> list[float]:
    """Return a loss as it should be."""
    return [math.exp(-i / count) for i in range(count)]


def drawn(page: Page, key: str) -> None:
    """Wait until the chart of `key` is drawn, which it is when it is seen."""
    page.locator(f'figure[data-key="{key}"]').scroll_into_view_if_needed()
    page.locator(f'figure[data-key="{key}"] canvas').wait_for()


def ask(page: Page, expression: str) -> object:
    """Return what `expression` is worth, in which `board` is the board of the page's charts."""
    return page.evaluate(
        f"""async () => {{
          const script = document.querySelector('script[src$="run_charts.js"]').src;
          const {{ board }} = await import(script);
          return ({expression});
        }}"""
    )


def module(page: Page, name: str, expression: str) -> object:
    """Return what `expression` is worth, in which `m` is the module `name` beside the charts."""
    return page.evaluate(
        f"""async () => {{
          const script = document.querySelector('script[src$="run_charts.js"]').src;
          const m = await import(new URL("charts/{name}.js", script));
          return ({expression});
        }}"""
    )


def overlay(page: Page, key: str, labels: Sequence[str]) -> None:
    """Draw the curves that the first runs have of `key` into one chart on top of the page."""
    page.evaluate(
        """async ([key, labels]) => {
          const script = document.querySelector('script[src$="run_charts.js"]').src;
          const load = (name) => import(new URL(`charts/${name}.js`, script));
          const [{ curve }, { figureFor }] = await Promise.all([load("curve"), load("figures")]);
          const figure = figureFor(key, "");
          figure.id = "overlay";
          document.querySelector("main").prepend(figure);
          const series = labels.map((label, i) => ({
            run: String(i + 1).padStart(32, "0"), key, label, colour: `c${i + 1}`, origin: 0,
          }));
          await curve(figure, { series }).ready;
        }""",
        [key, list(labels)],
    )


def pixels(page: Page, key: str, token: str) -> int:
    """Count the pixels of a chart that have the colour of a token, such as `fail`."""
    count = page.locator(f'figure[data-key="{key}"] canvas').first.evaluate(
        """(canvas, token) => {
          const probe = document.createElement("i");
          probe.style.color = `var(--${token})`;
          document.body.append(probe);
          const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
          probe.remove();
          const { width, height } = canvas, copy = new OffscreenCanvas(width, height);
          const context = copy.getContext("2d", { willReadFrequently: true });
          context.drawImage(canvas, 0, 0);
          const { data } = context.getImageData(0, 0, width, height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            const far = Math.max(...wanted.map((part, k) => Math.abs(part - data[i + k])));
            if (data[i + 3] > 200 && far < 8) count += 1;
          }
          return count;
        }""",
        token,
    )
    assert isinstance(count, int)
    return count


def writing(series: Mapping[str, Sequence[float]]) -> Write:
    async def write(logbook: Logbook) -> None:
        await curves(logbook, series)

    return write


def chart(page: Page, key: str) -> Locator:
    return page.locator(f'figure[data-key="{key}"]')


def shown_ends(page: Page, key: str) -> object:
    return ask(page, f'board.charts.get("{key}").window')


def brush(page: Page, key: str, begin: float, end: float) -> None:
    """Drag over a chart from one part of its width to another."""
    box = chart(page, key).locator(".u-over").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + begin * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], middle, steps=4)
    page.mouse.up()
