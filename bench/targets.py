"""The servers that are compared, each as what a training job asks of it."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from bench.wire import Wire
from tests.command import serving


class Target(Protocol):
    """A tracking server. Metrics are logged at rising steps; params and metrics have one key."""

    name: str

    def serve(self, folder: Path) -> AbstractContextManager[str]:
        """Serve with all data in `folder`, on loopback; yield the address."""
        ...

    async def start(self, wire: Wire) -> str:
        """Start a run and return its id."""
        ...

    async def log(self, wire: Wire, run: str, step: int, value: float) -> None:
        """Log a single metric."""
        ...

    async def log_many(self, wire: Wire, run: str, first: int, values: list[float]) -> None:
        """Log up to 1,000 points of one metric in one request, as well as the server can."""
        ...

    async def log_param(self, wire: Wire, run: str, key: str, value: str) -> None:
        """Log a param."""
        ...

    async def end(self, wire: Wire, run: str) -> None:
        """End a run."""
        ...

    async def newest(self, wire: Wire, count: int) -> int:
        """List the newest runs; return how many were answered."""
        ...

    async def search(self, wire: Wire, above: float, count: int) -> int:
        """Find runs by a metric, sorted by it; return how many were answered."""
        ...

    async def history(self, wire: Wire, run: str) -> int:
        """Read all points of the metric of a run as JSON; return how many they are."""
        ...


class Ours:
    """chachaml-kernel with its default plugins."""

    name = "chachaml"

    @contextmanager
    def serve(self, folder: Path) -> Iterator[str]:
        """Run the command as it is."""
        with serving(folder) as server:
            yield server.url

    async def start(self, wire: Wire) -> str:
        """Start a run."""
        return str((await wire.ask("POST", "/api/w/runs", {}))["id"])

    async def log(self, wire: Wire, run: str, step: int, value: float) -> None:
        """Log a single metric."""
        body = b'{"m": %r, "step": %d}' % (value, step)
        await wire.send("POST", f"/api/w/runs/{run}/metrics", body)

    async def log_many(self, wire: Wire, run: str, first: int, values: list[float]) -> None:
        """Log columns."""
        steps = list(range(first, first + len(values)))
        await wire.ask(
            "POST", f"/api/w/runs/{run}/metrics", {"step": steps, "metrics": {"m": values}}
        )

    async def log_param(self, wire: Wire, run: str, key: str, value: str) -> None:
        """Log a param."""
        await wire.ask("POST", f"/api/w/runs/{run}/params", {key: value})

    async def end(self, wire: Wire, run: str) -> None:
        """End a run."""
        await wire.ask("POST", f"/api/w/runs/{run}/end", {})

    async def newest(self, wire: Wire, count: int) -> int:
        """List runs, each with its params, tags and latest metrics."""
        return len(await wire.ask("GET", f"/api/runs?limit={count}"))

    async def search(self, wire: Wire, above: float, count: int) -> int:
        """Search by metric; the list is newest first."""
        query = f"metric_key=m&op=%3E&metric_value={above}&limit={count}"
        return len(await wire.ask("GET", f"/api/search?{query}"))

    async def history(self, wire: Wire, run: str) -> int:
        """Read a series whole."""
        return int((await wire.ask("GET", f"/api/runs/{run}/metrics?key=m"))["count"])


class MLflow:
    """An MLflow server on SQLite, with its defaults, from an environment of its own."""

    name = "mlflow"

    def __init__(self, environment: Path) -> None:
        """Use the `mlflow` that is installed in `environment`."""
        self._command = environment / "bin" / "mlflow"

    @contextmanager
    def serve(self, folder: Path) -> Iterator[str]:
        """Run `mlflow server` on a free port; return when it answers."""
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        process = subprocess.Popen(
            [
                self._command,
                "server",
                "--backend-store-uri",
                f"sqlite:///{folder}/mlflow.db",
                "--artifacts-destination",
                folder / "artifacts",
                "--port",
                str(port),
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait_for(f"{url}/health")
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # its workers too
            process.wait()

    async def start(self, wire: Wire) -> str:
        """Start a run."""
        body = {"experiment_id": "0", "start_time": _now()}
        answer = await wire.ask("POST", "/api/2.0/mlflow/runs/create", body)
        return str(answer["run"]["info"]["run_id"])

    async def log(self, wire: Wire, run: str, step: int, value: float) -> None:
        """Log a single metric."""
        body = {"run_id": run, "key": "m", "value": value, "timestamp": _now(), "step": step}
        await wire.ask("POST", "/api/2.0/mlflow/runs/log-metric", body)

    async def log_many(self, wire: Wire, run: str, first: int, values: list[float]) -> None:
        """Log a batch."""
        now = _now()
        metrics = [
            {"key": "m", "value": value, "timestamp": now, "step": first + place}
            for place, value in enumerate(values)
        ]
        await wire.ask(
            "POST", "/api/2.0/mlflow/runs/log-batch", {"run_id": run, "metrics": metrics}
        )

    async def log_param(self, wire: Wire, run: str, key: str, value: str) -> None:
        """Log a param."""
        body = {"run_id": run, "key": key, "value": value}
        await wire.ask("POST", "/api/2.0/mlflow/runs/log-parameter", body)

    async def end(self, wire: Wire, run: str) -> None:
        """End a run."""
        body = {"run_id": run, "status": "FINISHED", "end_time": _now()}
        await wire.ask("POST", "/api/2.0/mlflow/runs/update", body)

    async def newest(self, wire: Wire, count: int) -> int:
        """List runs."""
        body = {"experiment_ids": ["0"], "max_results": count}
        return len((await wire.ask("POST", "/api/2.0/mlflow/runs/search", body))["runs"])

    async def search(self, wire: Wire, above: float, count: int) -> int:
        """Search by metric, newest first."""
        body = {"experiment_ids": ["0"], "max_results": count, "filter": f"metrics.m > {above}"}
        return len((await wire.ask("POST", "/api/2.0/mlflow/runs/search", body))["runs"])

    async def history(self, wire: Wire, run: str) -> int:
        """Read a series, in pages of as many points as the server gives at once."""
        path = f"/api/2.0/mlflow/metrics/get-history?run_id={run}&metric_key=m&max_results=25000"
        total, token = 0, ""
        while True:
            answer = await wire.ask("GET", path + (f"&page_token={token}" if token else ""))
            total += len(answer["metrics"])
            token = answer.get("next_page_token", "")
            if not token:
                return total


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _now() -> int:
    return time.time_ns() // 1_000_000


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers at {url}")
