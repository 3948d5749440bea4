"""`python -m bench.browser`: how fast charts are drawn in a real Chromium.

It writes a run with twenty curves of 10,000 points, one with 5,000 metrics and one with a curve of
`--points` (ten million if left out), serves them and looks at them in a browser without a window.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from chachaml_kernel import serve
from chachaml_kernel.config import load_config
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.kernel import Kernel, open_kernel
from playwright.sync_api import Browser, sync_playwright

from bench.curve import losses

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
START = 1_760_000_400_000
CHARTS, LENGTH, KEYS, AT_ONCE = 20, 10_000, 5_000, 100_000
ROUNDS, FRAMES = 5, 60

DRAWN = """() => new Promise((resolve) => {
  const look = () => {
    if (document.querySelector("figure canvas") === null) requestAnimationFrame(look);
    else requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  };
  look();
})"""

MOVED = """async ([frames, most]) => {
  const script = document.querySelector('script[src$="run_charts.js"]').src;
  const charts = [...(await import(script)).board.charts.values()].slice(0, most);
  const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const times = [];
  for (let i = 0; i < frames; i += 1) {
    const began = await next();
    for (const chart of charts) chart.zoom(20 * i, 20 * i + 6000 - 40 * i);
    times.push((await next()) - began);
  }
  return times;
}"""
"""From one frame to the next, each of which draws another window of as many charts as `most`."""


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000_000)
    points = parser.parse_args().points
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        runs = thread.submit(asyncio.run, _write(Path(folder), points)).result()
        server = serve(data=Path(folder), host="127.0.0.1", port=0)
        with server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_chromium(), args=list(ARGUMENTS)
            )
            addresses = [f"{server.url.rstrip('/')}/runs/{run}" for run in runs]
            _measure(browser, addresses, points)
            browser.close()


def find_chromium() -> str | None:
    """Return where a Chromium is: what `CHACHAML_CHROMIUM` names, or one without windows first."""
    named = os.environ.get("CHACHAML_CHROMIUM")
    return named or shutil.which("chromium-headless-shell") or shutil.which("chromium")


def _measure(browser: Browser, addresses: Sequence[str], points: int) -> None:
    charts, keys, long = addresses
    for most in (1, CHARTS):
        _say(f"{CHARTS} charts of {LENGTH:,} points, {most} moved", _move(browser, charts, most))
    _say(f"{KEYS:,} metrics, first chart drawn", [_open(browser, keys) for _ in range(ROUNDS)])
    _say(f"{points:,} points, drawn", [_open(browser, long) for _ in range(ROUNDS)])


def _open(browser: Browser, address: str) -> float:
    """Return the milliseconds from the start of the navigation until a chart was drawn."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address, wait_until="commit")
    drawn = page.evaluate(DRAWN)
    page.close()
    return float(drawn)


def _move(browser: Browser, address: str, most: int) -> Sequence[float]:
    """Return how long each frame took in which so many of the charts were moved."""
    page = browser.new_page(viewport={"width": 1440, "height": 4_000})
    page.goto(address)
    page.wait_for_load_state("networkidle")
    times = page.evaluate(MOVED, [FRAMES, most])
    page.close()
    return [float(time) for time in times]


def _say(what: str, times: Sequence[float]) -> None:
    middle, longest = statistics.median(times), max(times)
    sys.stdout.write(f"{what}, milliseconds: median {middle:.1f}, longest {longest:.1f}\n")


async def _write(folder: Path, points: int) -> Sequence[str]:
    """Write the three runs; return their ids."""
    async with open_kernel(load_config(data=folder, env={})) as kernel:
        runs = [(await kernel.runs.start(name=name)).id for name in ("charts", "keys", "long")]
        curve = losses(LENGTH)
        curves = {f"train/metric{i}": _points(curve, 0) for i in range(CHARTS)}
        await kernel.metrics.append(runs[0], curves)
        single = _points([0.5], 0)
        await kernel.metrics.append(
            runs[1], {f"layer{i // 100}/weight{i}": single for i in range(KEYS)}
        )
        await _write_long(kernel, runs[2], points)
        for run in runs:
            await kernel.runs.end(run, status="completed")
    return runs


async def _write_long(kernel: Kernel, run: str, points: int) -> None:
    block = losses(AT_ONCE)
    for begin in range(0, points, AT_ONCE):
        await kernel.metrics.append(run, {"loss": _points(block, begin)})


def _points(values: Sequence[float], begin: int) -> Points:
    steps = range(begin, begin + len(values))
    return Points(values, [START + step for step in steps], list(steps))


if __name__ == "__main__":
    main()
