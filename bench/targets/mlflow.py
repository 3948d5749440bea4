"""An MLflow server on SQLite or PostgreSQL, from an environment of its own."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.targets import METRICS, MLFLOW_DEFAULT, PARAMS, SERIES, Batch, Form, Read, Stored, once
from bench.targets.databases import Changes, Databases, Space, Template, multiply, size
from bench.wire import JSON, Body, Call, alone, ask, get, post, request

API = "/api/2.0/mlflow"
PAGE = 25_000
"""How many points of a history it gives at once."""


class MLflow:
    """`mlflow server`, with its defaults or, with one worker and without jobs, at its best.

    With several workers uvicorn makes the listening socket in a way that leaves Nagle's algorithm
    on, and each answer waits 40 ms; with one it does not. The processes for jobs only take memory
    here.
    """

    package = "mlflow==3.17.2"
    modules = "mlflow.server.fastapi_app"
    ready = "/health"
    ours = False
    notes: Mapping[str, str] = {
        "singles_1": "`mlflow` has one worker and no job execution; `mlflow-default` its defaults.",
        "bulk": "MLflow has one form, log-batch; it stands against columns and Arrow too.",
        "lists": "MLflow's page is the search that it makes for its table of runs, without more.",
        "artifact": "MLflow stores artifacts through its proxy, without digest and fsync.",
    }

    def __init__(
        self, environment: Path, *, best: bool, databases: Databases | None = None
    ) -> None:
        """Use what is installed in `environment`; `databases` are instead of SQLite's files."""
        self.name = "mlflow" if best else MLFLOW_DEFAULT
        self.variant = not best
        self.home = environment
        self._databases = databases
        self._arguments = ("--workers", "1") if best else ()
        self._jobs = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"} if best else {}

    def environment(self, folder: Path) -> Mapping[str, str]:  # noqa: ARG002
        """Leave jobs out at its best."""
        return {"DO_NOT_TRACK": "true", **self._jobs}

    def command(self, folder: Path, port: int) -> Sequence[str]:
        """Run the server with its database and its artifacts in the folder."""
        return [
            *(str(self.home / "bin" / "mlflow"), "server", "--port", str(port), *self._arguments),
            *("--backend-store-uri", self._address(folder)),
            *("--artifacts-destination", str(folder / "artifacts")),
        ]

    def start(self) -> Call[str]:
        """Start a run in the experiment that is always there."""
        body = {"experiment_id": "0", "start_time": _now()}
        run = json.loads((yield post(f"{API}/runs/create", body)))
        return str(run["run"]["info"]["run_id"])

    def log(self, run: str, step: int, value: float) -> bytes:
        """Log a metric."""
        return _log(run, SERIES, step, value)

    def log_run(self) -> Call[str]:
        """Make twelve requests."""
        run = yield from self.start()
        for number, key in enumerate(PARAMS):
            body = {"run_id": run, "key": key, "value": str(number)}
            yield post(f"{API}/runs/log-parameter", body)
        for key in METRICS:
            yield _log(run, key, 0, 0.25)
        end = {"run_id": run, "status": "FINISHED", "end_time": _now()}
        yield post(f"{API}/runs/update", end)
        return run

    def batch(self, form: Form, steps: range, values: Sequence[float]) -> Batch | None:
        """Prepare the list of metrics of a log-batch."""
        if form != "list":
            return None
        now = _now()
        points = [
            {"key": SERIES, "value": value, "timestamp": now, "step": step}
            for step, value in zip(steps, values, strict=True)
        ]
        return Batch(json.dumps(points).encode(), JSON)

    def log_batch(self, run: str, batch: Batch) -> bytes:
        """Put the run beside the metrics."""
        body = b'{"run_id": "%s", "metrics": %s}' % (run.encode(), batch.content)
        return request("POST", f"{API}/runs/log-batch", body)

    def count(self, run: str) -> Call[int]:
        """Read the history."""
        return _points((yield from self._pages(run)))

    def newest(self, count: int) -> Read:
        """Search for runs without a filter."""
        return _search({"max_results": count})

    def found(self, above: float, count: int) -> Read:
        """Search with a filter."""
        return _search({"max_results": count, "filter": f"metrics.m0 > {above}"})

    def ordered(self, count: int) -> Read:
        """Search with an order."""
        return _search({"max_results": count, "order_by": ["metrics.m0 DESC"]})

    def page(self) -> Read:
        """Make the search that its page of runs makes."""
        order = ["attributes.start_time DESC"]
        return _search({"max_results": 100, "order_by": order, "run_view_type": "ACTIVE_ONLY"})

    def unseen(self) -> Read | None:
        """Keep to `page`, which shows no runs faster for having shown them."""
        return None

    def history(self, run: str, form: Form) -> Read | None:
        """Read page after page."""
        return Read(lambda: self._pages(run), _points) if form == "list" else None

    def thinned(self, run: str, points: int) -> Read:
        """Ask as its charts do."""
        query = f"run_ids={run}&metric_key={SERIES}&max_results={points}"
        path = f"/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?{query}"
        return Read(once(get(path)), _points)

    def upload(self, run: str, content: bytes, sha256: str) -> Call[Stored]:  # noqa: ARG002
        """Put the bytes where its client puts them."""
        path = f"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/big.bin"
        yield request("PUT", path, content, kind="application/octet-stream")
        return Stored(once(get(path)))

    def fill_runs(self, port: int, folder: Path, count: int) -> None:
        """Log one run, and copy its rows in the database."""
        run = ask(port, self.log_run())
        ids: Changes = {"run_uuid": lambda n, _: f"{n:032x}"}
        template, now = Template(self._database(folder), "run_uuid", run), _now()
        tables: Mapping[str, Changes] = {
            "runs": {"start_time": lambda n, _: now + n, "name": lambda n, _: f"run-{n}"},
            "params": {"value": lambda n, _: str(n)},
            "metrics": {"value": lambda n, _: float(n)},
            "latest_metrics": {"value": lambda n, _: float(n)},
            "tags": {},
        }
        for table, changes in tables.items():
            multiply(template, table, numbers=range(count), changes={**ids, **changes})

    def fill_series(self, port: int, folder: Path, values: Sequence[float]) -> str:
        """Log one point, and copy its row in the database."""
        run = ask(port, self.start())
        ask(port, alone(self.log(run, 0, values[0])))
        now = _now()
        multiply(
            Template(self._database(folder), "run_uuid", run),
            "metrics",
            numbers=range(1, len(values)),
            changes={
                "step": lambda n, _: n,
                "value": lambda n, _: values[n],
                "timestamp": lambda n, _: now + n,
            },
        )
        return run

    def stored(self, folder: Path) -> Space:
        """Measure its database."""
        return size(folder / "mlflow.db")

    def _database(self, folder: Path) -> Path | str:
        return self._databases.of(folder) if self._databases else folder / "mlflow.db"

    def _address(self, folder: Path) -> str:
        database = self._database(folder)
        return database if isinstance(database, str) else f"sqlite:///{database}"

    def _pages(self, run: str) -> Call[Sequence[Body]]:
        path = f"{API}/metrics/get-history?run_id={run}&metric_key={SERIES}&max_results={PAGE}"
        bodies, token = [], ""
        while True:
            bodies.append((yield get(path + token)))
            following = re.search(rb'"next_page_token": *"([^"]+)"', bodies[-1][-1_000:])
            if following is None:
                return bodies
            token = f"&page_token={following[1].decode()}"


def _log(run: str, key: str, step: int, value: float) -> bytes:
    body = {"run_id": run, "key": key, "value": value, "timestamp": _now(), "step": step}
    return post(f"{API}/runs/log-metric", body)


def _search(body: Mapping[str, object]) -> Read:
    asked = post(f"{API}/runs/search", {"experiment_ids": ["0"], **body})
    return Read(once(asked), lambda bodies: len(json.loads(bodies[0])["runs"]))


def _points(bodies: Sequence[Body]) -> int:
    return sum(len(json.loads(body).get("metrics", [])) for body in bodies)


def _now() -> int:
    return time.time_ns() // 1_000_000
