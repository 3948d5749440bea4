"""Many clients that log single metrics at the same time, each to a run of its own."""

import asyncio
import json
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import peak, processor_seconds
from bench.report import Result, percentile
from bench.wire import Wire
from tests.command import serving

CLIENTS = 200
SECONDS = 30.0


def measure(clients: int = CLIENTS, seconds: float = SECONDS) -> Result:
    """Log for a while, then count: every acknowledged point must be there, once."""
    with TemporaryDirectory() as folder, serving(Path(folder)) as server:
        runs = [_start(server.url) for _ in range(clients)]
        begin, spent = time.perf_counter(), processor_seconds(server.process.pid)
        logs = asyncio.run(_log_all(server.url, runs, seconds))
        took = time.perf_counter() - begin
        spent = processor_seconds(server.process.pid) - spent
        for run, latencies in zip(runs, logs, strict=True):
            assert _count(server.url, run) == len(latencies), "points were lost or doubled"
        latencies = sorted(latency for log in logs for latency in log)
        return Result(
            f"load_{clients}",
            f"{clients} clients log single metrics for {seconds:g} s, fsynced before each answer",
            {
                "acknowledged": len(latencies),
                "errors": 0,
                "lost": 0,
                "per_second": round(len(latencies) / took),
                "p50_ms": round(percentile(latencies, 0.50) * 1e3, 2),
                "p99_ms": round(percentile(latencies, 0.99) * 1e3, 2),
                "max_ms": round(latencies[-1] * 1e3, 2),
                "server_cpu_us_each": round(spent / len(latencies) * 1e6),
                "server_peak_MiB": round(peak(server.process.pid), 1),
            },
        )


def _start(url: str) -> str:
    request = urllib.request.Request(
        f"{url}/api/w/runs", b"{}", {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["id"])


def _count(url: str, run: str) -> int:
    with urllib.request.urlopen(f"{url}/api/runs/{run}") as answer:
        return sum(int(metric["count"]) for metric in json.load(answer)["metrics"])


async def _log_all(url: str, runs: list[str], seconds: float) -> list[list[float]]:
    deadline = time.perf_counter() + seconds
    return await asyncio.gather(*(_log(url, run, deadline) for run in runs))


async def _log(url: str, run: str, deadline: float) -> list[float]:
    """Log points over one connection until the deadline; return how long each answer took."""
    wire = await Wire.open(url)
    latencies: list[float] = []
    while (begin := time.perf_counter()) < deadline:
        body = b'{"loss": 0.25, "step": %d}' % len(latencies)
        await wire.send("POST", f"/api/w/runs/{run}/metrics", body)
        latencies.append(time.perf_counter() - begin)
    await wire.close()
    return latencies
