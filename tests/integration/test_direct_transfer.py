"""Direct transfer on a real server: expiry, crashes, what is never finished, what is trusted."""

import signal
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from chachaml_artifacts_s3 import ArtifactsS3
from chachaml_kernel import Kernel
from chachaml_kernel.config import Config
from chachaml_kernel.domain.artifacts import Promised
from chachaml_kernel.errors import Conflict, NotFound, Upstream
from chachaml_kernel.kernel import open_kernel
from chachaml_kernel.ports import Permission
from chachaml_kernel.services.surroundings import system_clock
from chachaml_kernel.testing.direct_transfer import get, send, stored, transfer

from tests.command import serving
from tests.http.client import Api
from tests.http.direct import begin, finish, promise
from tests.http.direct import send as send_begun
from tests.integration.artifact_bucket import PART, objects, opened, pieces
from tests.integration.kept import ignored, in_folder
from tests.servers.s3 import BUCKET, KEYS, S3Server

BODY = b"0123456789"
HOUR = 3_600_000


def on_s3(s3: S3Server, prefix: str, folder: Path, **settings: Any) -> Config:
    bucket = {"bucket": BUCKET, "endpoint": s3.endpoint, "prefix": prefix, "direct": True, **KEYS}
    return Config(plugins={"store_sqlite": {}, "artifacts_s3": {**bucket, **settings}}, data=folder)


def promised(content: bytes = BODY, name: str = "model") -> Promised:
    said = stored(content)
    return Promised(
        name=name, size=said.size, sha256=said.sha256, content_type="application/octet-stream"
    )


@pytest.fixture
async def kernel(s3: S3Server, prefix: str, tmp_path: Path) -> AsyncIterator[Kernel]:
    async with open_kernel(on_s3(s3, prefix, tmp_path)) as kernel:
        yield kernel


@pytest.mark.parametrize(("ago", "status"), [(0, 200), (290, 200), (310, 403)])
async def test_an_address_that_has_expired_opens_nothing(
    s3: S3Server, prefix: str, ago: int, status: int
) -> None:
    s3.client.put_object(BUCKET, f"{prefix}/run/there", BytesIO(BODY), len(BODY))
    plugin = ArtifactsS3(bucket=BUCKET, endpoint=s3.endpoint, prefix=prefix, **KEYS)
    signer = plugin.signer(clock=lambda: datetime.now(UTC) - timedelta(seconds=ago))
    assert await send(signer.put("run/sent", stored(BODY)), BODY) == status
    answered, _, content = await get(signer.get("run/there", {}))
    assert answered == status
    assert (content == BODY) is (status == 200)


async def test_a_permission_says_when_it_expires(s3: S3Server) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    plugin = ArtifactsS3(bucket=BUCKET, endpoint=s3.endpoint, direct_seconds=7, **KEYS)
    permission = plugin.signer(clock=lambda: at).put("run/artifact", stored(BODY))
    assert permission.expires_at == int(at.timestamp() * 1_000) + 7_000
    assert "X-Amz-Date=20260102T030405Z&X-Amz-Expires=7&" in permission.url


async def test_clients_get_the_address_that_they_reach_the_bucket_by(
    s3: S3Server, prefix: str
) -> None:
    async with opened(s3, prefix, direct=True, public_endpoint=s3.tls_endpoint) as store:
        permission = await transfer(store).upload("run/artifact", stored(BODY))
        assert permission.url.startswith(f"{s3.tls_endpoint}/{BUCKET}/{prefix}/run/artifact?")
        trusted = ssl.create_default_context(cafile=s3.authority)
        async with httpx.AsyncClient(verify=trusted) as http:
            answer = await http.put(permission.url, content=BODY, headers=permission.headers)
            assert answer.status_code == 200
            address = await transfer(store).download("run/artifact", {})
            assert (await http.get(address)).content == BODY
        assert (await transfer(store).sent("run/artifact")).stored == stored(BODY)


async def test_bytes_that_have_to_be_read_take_no_memory(s3: S3Server, prefix: str) -> None:
    much = bytes(range(256)) * (6 * PART // 256)
    async with opened(s3, prefix, direct=True) as store:
        await store.write("run/artifact", pieces(much))  # in parts, so S3 knows no digest of all
        said = stored(much)
        tracemalloc.start()
        found = await transfer(store).sent("run/artifact")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert found.stored == said
    assert most < PART


async def test_what_is_never_finished_is_freed_and_what_may_be_is_not(
    kernel: Kernel, s3: S3Server, prefix: str, tmp_path: Path
) -> None:
    run = await kernel.runs.start()
    await begun(kernel, run.id)
    done, pending = await sent(kernel, run.id), await sent(kernel, run.id)
    await kernel.direct.finish(run.id, done, promised())
    free = kernel.keeping.free_orphans
    assert (await free(older_than=24 * HOUR, dry_run=False)).keys == 0
    async with open_kernel(in_folder(tmp_path / "copy")) as other:
        copied = await kernel.keeping.copy_to(other.keeping, tell=ignored)
        assert (copied.holdings.artifacts, copied.left_out, copied.faults) == (1, 0, [])
    assert [fault async for fault in kernel.keeping.verify(tell=ignored)] == []
    assert (await free(older_than=-60_000, dry_run=False)).keys == 1
    assert objects(s3, prefix) == [f"{prefix}/{run.id}/{done}"]
    with pytest.raises(NotFound, match="no bytes came"):
        await kernel.direct.finish(run.id, pending, promised())
    assert [fault async for fault in kernel.keeping.verify(tell=ignored)] == []


@pytest.mark.parametrize(("hours", "is_taken"), [(11, True), (13, False)])
async def test_an_upload_is_finished_long_before_its_bytes_may_be_freed(
    kernel: Kernel, s3: S3Server, prefix: str, tmp_path: Path, hours: int, is_taken: bool
) -> None:
    run = await kernel.runs.start()
    upload = await sent(kernel, run.id)
    config = on_s3(s3, prefix, tmp_path)
    async with open_kernel(config, clock=lambda: system_clock() + hours * HOUR) as later:
        if is_taken:
            assert (await later.direct.finish(run.id, upload, promised())).id == upload
        else:
            with pytest.raises(NotFound, match="too long ago"):
                await later.direct.finish(run.id, upload, promised())


async def begun(kernel: Kernel, run: str) -> tuple[str, Permission]:
    return await kernel.direct.begin(run, promised())


async def sent(kernel: Kernel, run: str) -> str:
    upload, permission = await begun(kernel, run)
    assert await send(permission, BODY) == 200
    return upload


def test_a_server_may_be_killed_between_any_two_steps(
    s3: S3Server, prefix: str, tmp_path: Path
) -> None:
    (tmp_path / "chachaml.toml").write_text(
        f"[plugins.store_sqlite]\n[plugins.ui]\n[plugins.artifacts_s3]\nbucket = '{BUCKET}'\n"
        f"endpoint = '{s3.endpoint}'\nprefix = '{prefix}'\ndirect = true\n"
        f"access_key = '{KEYS['access_key']}'\nsecret_key = '{KEYS['secret_key']}'\n"
    )
    with killed(tmp_path) as api:
        run = api.start()
        started = begin(api, run, promise())
    send_begun(started, BODY).raise_for_status()
    with killed(tmp_path) as api:
        assert api.get(f"/api/runs/{run}")["artifacts"] == []
        first = finish(api, run, started["id"], promise()).json()
    with killed(tmp_path) as api:
        assert finish(api, run, started["id"], promise()).json() == first
        (listed,) = api.get(f"/api/runs/{run}")["artifacts"]
        assert listed["id"] == started["id"]


async def test_an_upload_is_finished_once_s3_is_back(
    mortal_s3: S3Server, prefix: str, tmp_path: Path
) -> None:
    config = on_s3(mortal_s3, prefix, tmp_path, timeout=2.0, attempts=1)
    async with open_kernel(config) as kernel:
        run = await kernel.runs.start()
        upload = await sent(kernel, run.id)
        mortal_s3.freeze()
        with pytest.raises(Upstream, match="does not answer in time"):
            await kernel.direct.finish(run.id, upload, promised())
        mortal_s3.thaw()
        assert (await kernel.direct.finish(run.id, upload, promised())).id == upload


@contextmanager
def killed(folder: Path) -> Iterator[Api]:
    """Serve until the end of the block, which is a crash."""
    with (
        serving(folder, "--config", "chachaml.toml") as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        yield Api(http)
        server.process.send_signal(signal.SIGKILL)


@pytest.fixture
def gullible() -> Iterator[str]:
    """Yield the address of a service that takes whatever it is sent."""

    class Gullible(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("ETag", '"any"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Gullible) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def test_a_service_that_compares_nothing_is_sent_nothing_directly(
    gullible: str, caplog: pytest.LogCaptureFixture
) -> None:
    plugin = ArtifactsS3(bucket=BUCKET, endpoint=gullible, direct=True, attempts=1, **KEYS)
    async with plugin.chachaml_artifact_store() as store:
        assert "direct uploads are refused" in caplog.text
        with pytest.raises(Conflict, match="does not compare the SHA-256"):
            await transfer(store).upload("run/artifact", stored(BODY))
        assert await transfer(store).download("run/artifact", {})


async def test_a_service_that_compares_is_not_warned_of(
    s3: S3Server, prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(s3, prefix, direct=True):
        assert "direct uploads are refused" not in caplog.text
