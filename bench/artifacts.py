"""A large artifact up and down, and how the server's memory grows meanwhile."""

import hashlib
import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from bench.load import _start
from bench.processes import peak, resident
from bench.report import Result
from tests.command import serving

GIBIBYTES = 2
PIECE = hashlib.sha256(b"artifact").digest() * 2**15  # 1 MiB


def measure(gibibytes: float = GIBIBYTES) -> Result:
    """Upload and download zero-free bytes; the digest must be right both ways."""
    pieces = int(gibibytes * 1024)
    with TemporaryDirectory() as folder, serving(Path(folder)) as server:
        run = _start(server.url)
        before = resident(server.process.pid)
        begin = time.perf_counter()
        stored = _upload(server.url, run, pieces)
        up = time.perf_counter() - begin
        after_upload = peak(server.process.pid)
        begin = time.perf_counter()
        digest, size = _download(server.url, stored["id"])
        down = time.perf_counter() - begin
        assert (digest, size) == (stored["sha256"], pieces * len(PIECE))
        return Result(
            "artifacts",
            f"one artifact of {gibibytes:g} GiB up (sha256, fsynced) and down, digests compared",
            {
                "up_MB_per_s": round(size / up / 1e6),
                "down_MB_per_s": round(size / down / 1e6),
                "idle_MiB": round(before, 1),
                "peak_growth_up_MiB": round(after_upload - before, 1),
                "peak_growth_MiB": round(peak(server.process.pid) - before, 1),
            },
        )


def _upload(url: str, run: str, pieces: int) -> dict[str, str]:
    def body() -> Iterator[bytes]:
        for _ in range(pieces):
            yield PIECE

    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(pieces * len(PIECE)),
    }
    connection.request("POST", f"/api/w/runs/{run}/artifacts?name=big.bin", body(), headers)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    stored: dict[str, str] = json.load(answer)
    connection.close()
    return stored


def _download(url: str, artifact: str) -> tuple[str, int]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    connection.request("GET", f"/api/artifacts/{artifact}/download")
    answer = connection.getresponse()
    digest, size = hashlib.sha256(), 0
    while piece := answer.read(2**20):
        digest.update(piece)
        size += len(piece)
    connection.close()
    return digest.hexdigest(), size
