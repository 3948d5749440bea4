"""The same work against chachaml and MLflow, side by side in one run, alternating.

python -m bench.peers ENVIRONMENT   # one in which mlflow is installed
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.report import Result, show
from bench.targets import MLflow, Ours, Target
from bench.wire import Wire

ROUNDS = 3
SECONDS = 4.0
RUNS = 1_000
POINTS = 100_000

Work = Callable[[Target, str], Awaitable[float]]
"""Does some work against a server; returns its figure."""


async def singles(target: Target, url: str, clients: int) -> float:
    """Log single metrics, each client to a run of its own; return metrics a second."""

    async def client() -> int:
        wire = await Wire.open(url)
        run, step = await target.start(wire), 0
        deadline = time.perf_counter() + SECONDS
        while time.perf_counter() < deadline:
            await target.log(wire, run, step, 0.25)
            step += 1
        assert await target.history(wire, run) == step
        await wire.close()
        return step

    begin = time.perf_counter()
    counts = await asyncio.gather(*(client() for _ in range(clients)))
    return sum(counts) / min(time.perf_counter() - begin, SECONDS)


async def batches(target: Target, url: str, clients: int) -> float:
    """Log 1,000 points a request; return points a second."""

    async def client() -> int:
        wire = await Wire.open(url)
        run, logged = await target.start(wire), 0
        deadline = time.perf_counter() + SECONDS
        while time.perf_counter() < deadline:
            await target.log_many(wire, run, logged, [(logged + i) / 7 for i in range(1_000)])
            logged += 1_000
        await wire.close()
        return logged

    counts = await asyncio.gather(*(client() for _ in range(clients)))
    return sum(counts) / SECONDS


async def whole_runs(target: Target, url: str, clients: int) -> float:
    """Create, five params and five metrics one by one, end; return runs a second."""

    async def client() -> int:
        wire = await Wire.open(url)
        done = 0
        deadline = time.perf_counter() + SECONDS
        while time.perf_counter() < deadline:
            run = await target.start(wire)
            for number in range(5):
                await target.log_param(wire, run, f"p{number}", str(number))
            for step in range(5):
                await target.log(wire, run, step, 0.25)
            await target.end(wire, run)
            done += 1
        await wire.close()
        return done

    return sum(await asyncio.gather(*(client() for _ in range(clients)))) / SECONDS


async def fill(target: Target, url: str) -> str:
    """Store the runs that lists are made of, and one long series; return that one's run."""
    wire = await Wire.open(url)
    for number in range(RUNS):
        run = await target.start(wire)
        await target.log_many(wire, run, 0, [float(number)] * 20)
    run = await target.start(wire)
    for first in range(0, POINTS, 1_000):
        await target.log_many(wire, run, first, [i / 7 for i in range(first, first + 1_000)])
    await wire.close()
    return run


async def reads(target: Target, url: str, run: str) -> dict[str, float]:
    """Return milliseconds for the newest 100 runs, 100 found by a metric, and a long series."""
    wire = await Wire.open(url)

    async def median(call: Callable[[], Awaitable[int]], expected: int, times: int) -> float:
        took = []
        for _ in range(times + 1):
            begin = time.perf_counter()
            assert await call() == expected
            took.append(time.perf_counter() - begin)
        return statistics.median(took[1:]) * 1e3

    figures = {
        "newest_100_ms": await median(lambda: target.newest(wire, 100), 100, 10),
        "found_100_ms": await median(lambda: target.search(wire, RUNS / 2, 100), 100, 10),
        f"history_{POINTS}_ms": await median(lambda: target.history(wire, run), POINTS, 3),
    }
    await wire.close()
    return figures


WRITES: dict[str, Work] = {
    "1 client, single metrics/s": lambda target, url: singles(target, url, 1),
    "16 clients, single metrics/s": lambda target, url: singles(target, url, 16),
    "1 client, points/s by 1,000": lambda target, url: batches(target, url, 1),
    "4 clients, points/s by 1,000": lambda target, url: batches(target, url, 4),
    "1 client, whole runs/s": lambda target, url: whole_runs(target, url, 1),
    "4 clients, whole runs/s": lambda target, url: whole_runs(target, url, 4),
}


def compare(name: str, figures: dict[str, list[float]]) -> str:
    """Return medians of both, and the ratio of these: above 1, we are ahead."""
    ours, theirs = (statistics.median(figures[target]) for target in ("chachaml", "mlflow"))
    ahead = theirs / ours if name.endswith("ms") else ours / theirs
    line = f"{ours:.1f} against {theirs:.1f}: {ahead:.1f} times"
    sys.stderr.write(f"{name}: {line}\n")
    return line


@contextmanager
def both(targets: Sequence[Target]) -> Iterator[list[tuple[Target, str]]]:
    """Serve with new and empty data; yield each server with its address."""
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(TemporaryDirectory())) for _ in targets]
        yield [
            (target, stack.enter_context(target.serve(folder)))
            for target, folder in zip(targets, folders, strict=True)
        ]


def main() -> None:
    """Serve both, and give each piece of work to one after the other."""
    targets: list[Target] = [Ours(), MLflow(Path(sys.argv[1]))]
    lines: dict[str, str] = {}
    with both(targets) as served:
        for name, work in WRITES.items():
            figures: dict[str, list[float]] = {target.name: [] for target in targets}
            for _ in range(ROUNDS):
                for target, url in served:
                    figures[target.name].append(asyncio.run(work(target, url)))  # type: ignore[arg-type]
            lines[name] = compare(name, figures)
    with both(targets) as served:
        read = {target.name: asyncio.run(_fill_and_read(target, url)) for target, url in served}
    for name in read["chachaml"]:
        lines[name] = compare(name, {target: [read[target][name]] for target in read})
    show(Result("peers", "the same work against both, in turn; medians", lines))


async def _fill_and_read(target: Target, url: str) -> dict[str, float]:
    return await reads(target, url, await fill(target, url))


if __name__ == "__main__":
    main()
