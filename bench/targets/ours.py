"""chachaml-kernel with its default plugins, installed from wheels, as its command starts it."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from bench.load import drive
from bench.targets import EXTRAS, METRICS, PARAMS, SERIES, Batch, Form, Read, Stored, once
from bench.targets.databases import Databases, Space, size
from bench.wire import JSON, Body, Call, alone, ask, get, post, request

ARROW = "application/vnd.apache.arrow.stream"
BYTES = "application/octet-stream"
CLIENTS = 16
AT_ONCE = 50_000


class Ours:
    """A server that is run as a user runs it."""

    ready = "/readyz"
    ours = True
    modules = (
        "chachaml_kernel.server, chachaml_ui.server, chachaml_store_sqlite.store, "
        "chachaml_artifacts_fs.store, chachaml_export_csv.exporter"
    )
    notes: Mapping[str, str] = {}

    def __init__(
        self, environment: Path, *, extras: bool, databases: Databases | None = None
    ) -> None:
        """Use what is installed in `environment`; `databases` are instead of SQLite's files."""
        self.name = EXTRAS if extras else "chachaml"
        self.variant = extras
        self.home = environment
        self._databases = databases

    def command(self, folder: Path, port: int) -> Sequence[str]:
        """Run the command; its data go where it runs, or into a database."""
        config: list[str] = []
        if self._databases is not None:
            file = folder / "chachaml.toml"
            file.write_text(
                f'[plugins.store_postgres]\ndsn = "{self._databases.of(folder)}"\n'
                "[plugins.artifacts_fs]\n[plugins.ui]\n"
            )
            config = ["--config", str(file)]
        return [
            str(self.home / "bin" / "chachaml-kernel"),
            *config,
            "--data",
            str(folder),
            "--port",
            str(port),
        ]

    def environment(self, folder: Path) -> Mapping[str, str]:  # noqa: ARG002
        """Add nothing."""
        return {}

    def start(self) -> Call[str]:
        """Start a run."""
        return str(json.loads((yield post("/api/w/runs", {})))["id"])

    def log(self, run: str, step: int, value: float) -> bytes:
        """Log a metric at a step."""
        return request("POST", _metrics(run), b'{"m": %r, "step": %d}' % (value, step))

    def log_run(self) -> Call[str]:
        """Make twelve requests."""
        run = yield from self.start()
        for number, key in enumerate(PARAMS):
            yield post(f"/api/w/runs/{run}/params", {key: number})
        for key in METRICS:
            yield post(_metrics(run), {key: 0.25, "step": 0})
        yield post(f"/api/w/runs/{run}/end", {})
        return run

    def batch(self, form: Form, steps: range, values: Sequence[float]) -> Batch | None:
        """Prepare any of the three forms."""
        match form:
            case "list":
                points = [
                    {SERIES: value, "step": step} for step, value in zip(steps, values, strict=True)
                ]
                return Batch(json.dumps(points).encode(), JSON)
            case "columns":
                columns = {"step": list(steps), "metrics": {SERIES: list(values)}}
                return Batch(json.dumps(columns).encode(), JSON)
            case "arrow":
                return Batch(_arrow(steps, values), ARROW)

    def log_batch(self, run: str, batch: Batch) -> bytes:
        """Put the run into the path."""
        return request("POST", _metrics(run), batch.content, kind=batch.kind)

    def count(self, run: str) -> Call[int]:
        """Ask for the run whole."""
        whole = json.loads((yield get(f"/api/runs/{run}")))
        return sum(int(metric["count"]) for metric in whole["metrics"])

    def newest(self, count: int) -> Read:
        """List runs, each with its params, tags and latest metrics."""
        return Read(once(get(f"/api/runs?limit={count}")), _rows)

    def found(self, above: float, count: int) -> Read:
        """Search by metric."""
        query = f"metric_key=m0&op=%3E&metric_value={above}&limit={count}"
        return Read(once(get(f"/api/search?{query}")), _rows)

    def ordered(self, count: int) -> Read:
        """List by metric."""
        return Read(once(get(f"/api/runs?sort=metric.m0&limit={count}")), _rows)

    def page(self) -> Read:
        """Ask for the HTML of the page of runs, which holds the first hundred."""
        return Read(once(get("/runs")), _rows_shown)

    def unseen(self) -> Read | None:
        """Ask for one page after the other, from the first one again behind the last."""
        path = "/runs"

        def ask() -> Call[Sequence[Body]]:
            nonlocal path
            body = yield get(path)
            following = re.search(rb'rel="next" href="([^"]*)"', body)
            path = html.unescape(following[1].decode()) if following else "/runs"
            return [body]

        return Read(ask, _rows_shown)

    def history(self, run: str, form: Form) -> Read | None:
        """Read a series whole."""
        path = f"/api/runs/{run}/metrics?key={SERIES}"
        if form == "arrow":
            return Read(once(get(path, headers=f"Accept: {ARROW}\r\n")), _arrow_rows)
        return Read(once(get(path)), _points)

    def thinned(self, run: str, points: int) -> Read:
        """Let the server thin it."""
        path = f"/api/runs/{run}/metrics?key={SERIES}&max_points={points}"
        return Read(once(get(path)), _points)

    def upload(self, run: str, content: bytes, sha256: str) -> Call[Stored]:
        """Send the bytes; the server's digest must be right."""
        path = f"/api/w/runs/{run}/artifacts?name={quote('big.bin')}"
        stored = json.loads((yield request("POST", path, content, kind=BYTES)))
        if stored["sha256"] != sha256:
            raise ValueError(f"stored {stored['sha256']}, not {sha256}")
        return Stored(once(get(f"/api/artifacts/{stored['id']}/download")))

    def fill_runs(self, port: int, folder: Path, count: int) -> None:  # noqa: ARG002
        """Log them through the API, with few requests each."""
        clients = min(CLIENTS, count)
        drive(port, [self._fill(range(first, count, clients)) for first in range(clients)])

    def fill_series(self, port: int, folder: Path, values: Sequence[float]) -> str:  # noqa: ARG002
        """Log columns."""
        run = ask(port, self.start())
        for first in range(0, len(values), AT_ONCE):
            part = values[first : first + AT_ONCE]
            batch = self.batch("columns", range(first, first + len(part)), part)
            assert batch is not None
            ask(port, alone(self.log_batch(run, batch)))
        return run

    def stored(self, folder: Path) -> Space:
        """Measure the file of the store."""
        return size(folder / "chachaml.db")

    def _fill(self, numbers: range) -> Call[None]:
        for number in numbers:
            run = yield from self.start()
            yield post(f"/api/w/runs/{run}/params", dict.fromkeys(PARAMS, number))
            yield post(_metrics(run), {**dict.fromkeys(METRICS, float(number)), "step": 0})
            yield post(f"/api/w/runs/{run}/end", {})


def _metrics(run: str) -> str:
    return f"/api/w/runs/{run}/metrics"


def _rows_shown(bodies: Sequence[Body]) -> int:
    return bodies[0].count(b"<tr data-run")


def _rows(bodies: Sequence[Body]) -> int:
    return len(json.loads(bodies[0]))


def _points(bodies: Sequence[Body]) -> int:
    return len(json.loads(bodies[0])["points"]["value"])


def _arrow(steps: range, values: Sequence[float]) -> bytes:
    import pyarrow as pa

    table = pa.table(
        {
            "key": pa.array([SERIES] * len(values)).dictionary_encode(),
            "value": pa.array(values, pa.float64()),
            "step": pa.array(steps, pa.int64()),
        }
    )
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    return bytes(stream.getvalue())


def _arrow_rows(bodies: Sequence[Body]) -> int:
    import pyarrow as pa

    return int(pa.ipc.open_stream(bodies[0]).read_all().num_rows)
