"""`python -m bench.onlookers`: two browsers on one run, to which 20 clients log at full speed.

It says how long a frame of each took meanwhile, how long it took to show the curve on a logarithmic
axis when that was asked for, and after how long each showed all points once the last was stored.
"""

import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.browser import ARGUMENTS, find_chromium
from bench.load import drive
from bench.serving import new_server
from bench.targets.ours import Ours
from bench.wire import ask
from bench.workloads.watchers import CLIENTS, log_until

SECONDS, BROWSERS = 10.0, 2

FRAMES = """(span) => new Promise((resolve) => {
  const times = [], begin = performance.now();
  let last = begin;
  const next = (now) => {
    times.push(now - last);
    last = now;
    if (now - begin < span) requestAnimationFrame(next);
    else resolve(times.slice(1));
  };
  requestAnimationFrame(next);
})"""


def main() -> None:
    """Measure, and print a line for each browser."""
    target = Ours(Path(sys.prefix), extras=False)
    with new_server(target) as server, sync_playwright() as playwright:
        run = ask(server.port, target.start())
        ask(server.port, log_until(target, run, 0.0))  # so that there is a chart to look at
        address = f"http://127.0.0.1:{server.port}/runs/{run}"
        browsers = [
            playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
            for _ in range(BROWSERS)
        ]
        pages = [_look(browser, address) for browser in browsers]
        with ThreadPoolExecutor(1) as thread:
            deadline = time.perf_counter() + SECONDS
            calls = [log_until(target, run, deadline) for _ in range(CLIENTS)]
            logging = thread.submit(drive, server.port, calls)
            seen = [_use(page, SECONDS / BROWSERS / 2) for page in pages]
            load = logging.result()
        count = ask(server.port, target.count(run))
        ended = time.perf_counter()
        for page, (frames, answered) in zip(pages, seen, strict=True):
            expect(page.locator("#run-figures")).to_contain_text(f"{count:,}", timeout=30_000)
            behind = time.perf_counter() - ended
            _say(frames, answered, behind)
        sys.stdout.write(f"{load.rate:,.0f} points a second, {count:,} in all, shown by both\n")
        for browser in browsers:
            browser.close()


def _look(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    expect(page.locator("figure canvas")).to_have_count(1)
    return page


def _use(page: Page, seconds: float) -> tuple[Sequence[float], float]:
    """Return the milliseconds of each frame for a while, and those that a click took."""
    frames = page.evaluate(FRAMES, seconds * 1_000)
    begin = time.perf_counter()
    page.get_by_label("Log", exact=True).check()
    page.evaluate("new Promise(requestAnimationFrame)")
    return frames, (time.perf_counter() - begin) * 1_000


def _say(frames: Sequence[float], answered: float, behind: float) -> None:
    middle, longest = statistics.median(frames), max(frames)
    sys.stdout.write(
        f"frames, milliseconds: median {middle:.1f}, longest {longest:.1f}; "
        f"a click answered in {answered:.0f}; all points shown after {behind * 1_000:.0f}\n"
    )


if __name__ == "__main__":
    main()
