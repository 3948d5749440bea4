"""The server of trackio, from an environment of its own."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.targets import METRICS, PARAMS, SERIES, Batch, Form, Read, Stored, once
from bench.targets.databases import Changes, Space, Template, multiply, size
from bench.wire import JSON, Body, Call, alone, ask, get, post, request

PROJECT = "bench"
TOKEN = "bench"
HEADERS = f"x-trackio-write-token: {TOKEN}\r\n"
RUN = "0" * 32
"""Stands for the run in a batch; ids are as long."""

NAME = "autumn-river-0"
"""Of every run, as long as those that its client makes up; the id is what tells runs apart."""

SERVE = "import trackio; trackio.show(open_browser=False, block_thread=True, server_port={port})"
LIMIT = "multipart"

M0 = "json_extract(CAST(metrics AS TEXT), '$.m0')"
LATEST = f"SELECT run_id, max(id), {M0} AS m0 FROM metrics WHERE {M0} IS NOT NULL GROUP BY run_id"


class Trackio:
    """What `trackio show` serves, spoken to as its client does: every log is a `bulk_log`."""

    name = "trackio"
    ours = False
    variant = False
    package = "trackio==0.43.0"
    modules = "trackio.server"
    ready = "/version"
    notes: Mapping[str, str] = {
        "singles_1": "trackio answers before the fsync (SQLite's synchronous=NORMAL).",
        "bulk": "trackio has one form, bulk_log; it stands against columns and Arrow too.",
        "runs": "trackio needs five requests for a run, as it neither starts nor ends one.",
        "lists": "trackio's lists are SQL through its query_project; its page is "
        "get_project_summary, after which it asks for each run by itself.",
        "artifact": "trackio takes three requests: staging, storing by digest, recording.",
    }

    def __init__(self, environment: Path) -> None:
        """Use what is installed in `environment`."""
        self.home = environment

    def command(self, folder: Path, port: int) -> Sequence[str]:  # noqa: ARG002
        """Serve as its command does, which has no option for the port."""
        return [str(self.home / "bin" / "python"), "-c", SERVE.format(port=port)]

    def environment(self, folder: Path) -> Mapping[str, str]:
        """Keep the data in the folder, and know the token."""
        return {"TRACKIO_DIR": str(folder), "TRACKIO_WRITE_TOKEN": TOKEN}

    def start(self) -> Call[str]:
        """Make up an id, as its client does; a run is there once something was logged to it."""
        yield get("/version")
        return uuid.uuid4().hex

    def log(self, run: str, step: int, value: float) -> bytes:
        """Log one entry."""
        return _api("bulk_log", logs=[_entry(run, step, {SERIES: value})], hf_token=None)

    def log_run(self) -> Call[str]:
        """Log five entries, the first with the params."""
        run = uuid.uuid4().hex
        for step, key in enumerate(METRICS):
            entry = _entry(run, step, {key: 0.25})
            if not step:
                entry["config"] = {param: number for number, param in enumerate(PARAMS)}
            yield _api("bulk_log", logs=[entry], hf_token=None)
        return run

    def batch(self, form: Form, steps: range, values: Sequence[float]) -> Batch | None:
        """Prepare the entries of a bulk_log."""
        if form != "list":
            return None
        entries = [
            _entry(RUN, step, {SERIES: value}) for step, value in zip(steps, values, strict=True)
        ]
        return Batch(json.dumps({"logs": entries, "hf_token": None}).encode(), JSON)

    def log_batch(self, run: str, batch: Batch) -> bytes:
        """Put the run into every entry; points of two runs differ in their log ids too."""
        body = batch.content.replace(RUN.encode(), run.encode())
        return request("POST", "/api/bulk_log", body, headers=HEADERS)

    def count(self, run: str) -> Call[int]:
        """Count rows."""
        query = f"SELECT count(*) AS n FROM metrics WHERE run_id = '{run}'"
        return int(json.loads((yield _query(query)))["data"]["rows"][0]["n"])

    def newest(self, count: int) -> Read:
        """Select configs."""
        return _select(f"SELECT * FROM configs ORDER BY created_at DESC LIMIT {count}")

    def found(self, above: float, count: int) -> Read:
        """Select the latest values that are above."""
        return _select(f"{LATEST} HAVING m0 > {above} LIMIT {count}")

    def ordered(self, count: int) -> Read:
        """Select the greatest latest values."""
        return _select(f"{LATEST} ORDER BY m0 DESC LIMIT {count}")

    def page(self) -> Read:
        """Ask for all runs of the project."""
        asked = _api("get_project_summary", project=PROJECT)
        return Read(once(asked), lambda bodies: len(json.loads(bodies[0])["data"]["runs"]))

    def unseen(self) -> Read | None:
        """Keep to `page`, which shows no runs faster for having shown them."""
        return None

    def history(self, run: str, form: Form) -> Read | None:
        """Read the values of a metric."""
        asked = {"project": PROJECT, "run": None, "run_id": run, "metric_name": SERIES}
        if form != "list":
            return None
        return Read(once(_api("get_metric_values", **asked)), _values)

    def thinned(self, run: str, points: int) -> Read:
        """Let the server thin it."""
        asked = {"project": PROJECT, "run": None, "run_id": run, "metric_name": SERIES}
        return Read(once(_api("get_metric_values", **asked, max_points=points)), _values)

    def upload(self, run: str, content: bytes, sha256: str) -> Call[Stored]:
        """Stage the bytes, store them, record them."""
        staged = json.loads((yield _multipart(content)))["paths"][0]
        uploaded = {"project": PROJECT, "digest": sha256, "uploaded_file": {"path": staged}}
        yield _api("bulk_upload_artifact_blob", project=PROJECT, uploads=[uploaded], hf_token=None)
        manifest = [{"path": "big.bin", "digest": sha256, "size": len(content)}]
        yield _api(
            "artifact_log",
            **{"project": PROJECT, "name": "big", "type": "model", "description": None},
            **{"metadata": None, "manifest": manifest, "aliases": None, "hf_token": None},
            **{"run_name": NAME, "run_id": run},
        )
        return Stored(once(get(f"/artifact_blob/{PROJECT}/{sha256}")))

    def fill_runs(self, port: int, folder: Path, count: int) -> None:
        """Log one run, and copy its rows in the database."""
        run = ask(port, self.log_run())
        ids: Changes = {
            "id": lambda *_: None,
            "run_id": lambda n, _: f"{n:032x}",
            "run_name": lambda n, _: f"run-{n}",
        }
        template, at = Template(_database(folder), "run_id", run), _clock()
        tables: Mapping[str, Changes] = {
            "metrics": {"log_id": lambda *_: None, "timestamp": at, "metrics": _same_keys},
            "configs": {"created_at": at, "config": _same_keys},
        }
        for table, changes in tables.items():
            multiply(template, table, numbers=range(count), changes={**ids, **changes})

    def fill_series(self, port: int, folder: Path, values: Sequence[float]) -> str:
        """Log one point, and copy its row in the database."""
        run = uuid.uuid4().hex
        ask(port, alone(self.log(run, 0, values[0])))
        multiply(
            Template(_database(folder), "run_id", run),
            "metrics",
            numbers=range(1, len(values)),
            changes={
                "id": lambda *_: None,
                "step": lambda n, _: n,
                "timestamp": _clock(),
                "metrics": lambda n, _: b'{"%s":%r}' % (SERIES.encode(), values[n]),
                "log_id": lambda *_: uuid.uuid4().hex,
            },
        )
        return run

    def stored(self, folder: Path) -> Space:
        """Measure its database."""
        database = _database(folder)
        return size(database) if database.exists() else Space(used=0, taken=0)


def _database(folder: Path) -> Path:
    return folder / f"{PROJECT}.db"


def _entry(run: str, step: int, metrics: Mapping[str, float]) -> dict[str, object]:
    ids = {"run": NAME, "run_id": run, "log_id": f"{run}-{step}"}
    return {"project": PROJECT, **ids, "metrics": metrics, "step": step}


def _api(name: str, /, **body: object) -> bytes:
    return post(f"/api/{name}", body, headers=HEADERS)


def _query(query: str) -> bytes:
    return _api("query_project", project=PROJECT, query=query)


def _select(query: str) -> Read:
    return Read(once(_query(query)), lambda bodies: len(json.loads(bodies[0])["data"]["rows"]))


def _values(bodies: Sequence[Body]) -> int:
    return len(json.loads(bodies[0])["data"])


def _multipart(content: bytes) -> bytes:
    begin = (
        f"--{LIMIT}\r\nContent-Disposition: form-data; name=files; filename=big.bin\r\n"
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    body = b"".join((begin, content, f"\r\n--{LIMIT}--\r\n".encode()))
    kind = f"multipart/form-data; boundary={LIMIT}"
    return request("POST", "/api/upload", body, kind=kind, headers=HEADERS)


def _same_keys(number: int, old: object) -> bytes:
    assert isinstance(old, str | bytes)
    return json.dumps(dict.fromkeys(json.loads(old), float(number))).encode()


def _clock() -> Callable[[int, object], str]:
    now = datetime.now(UTC)
    return lambda number, _: (now + timedelta(milliseconds=number)).isoformat()
