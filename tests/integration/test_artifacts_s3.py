"""Artifacts in S3: parts, what broken uploads leave, bounds, and where the keys come from."""

import asyncio
import hashlib
import json
import logging
import random
import tracemalloc
from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from chachaml_artifacts_s3.bucket import Bucket
from chachaml_kernel.errors import Invalid, NotFound, Upstream
from chachaml_kernel.ports import ArtifactStore, Stored

from tests.integration.artifact_bucket import PART, objects, opened, pieces, read, uploads
from tests.servers.s3 import BUCKET, KEYS, S3Server

MUCH = random.Random(11).randbytes(3 * PART + 17)


@pytest.fixture
async def store(s3: S3Server, prefix: str) -> AsyncIterator[ArtifactStore]:
    async with opened(s3, prefix) as store:
        yield store


@pytest.mark.parametrize(
    ("size", "parts"),
    [(PART - 1, 0), (PART, 0), (PART + 1, 2), (2 * PART, 2), (3 * PART + 17, 4)],
)
async def test_an_artifact_of_more_than_a_part_goes_in_parts_of_one_size(
    store: ArtifactStore, s3: S3Server, prefix: str, size: int, parts: int
) -> None:
    content = MUCH[:size]
    stored = await store.write("run/artifact", pieces(content))
    assert stored == Stored(size, hashlib.sha256(content).hexdigest())
    assert await read(store, "run/artifact") == content
    etag = str(s3.client.stat_object(BUCKET, f"{prefix}/run/artifact").etag)
    assert etag.partition("-")[2] == (str(parts) if parts else "")
    assert uploads(s3, prefix) == []


@pytest.mark.parametrize("span", [(PART - 3, 6), (0, PART + 1), (2 * PART, 3), (3 * PART, 99)])
async def test_a_range_goes_over_the_bounds_of_parts(
    store: ArtifactStore, span: tuple[int, int]
) -> None:
    offset, length = span
    await store.write("run/artifact", pieces(MUCH))
    found = await read(store, "run/artifact", offset=offset, length=length)
    assert found == MUCH[offset : offset + length]


async def test_chunks_that_fail_after_some_parts_leave_nothing(
    store: ArtifactStore, s3: S3Server, prefix: str
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield MUCH
        assert uploads(s3, prefix) == [f"{prefix}/run/artifact"]
        raise LookupError

    with pytest.raises(LookupError):
        await store.write("run/artifact", broken())
    assert (uploads(s3, prefix), objects(s3, prefix)) == ([], [])


async def test_a_write_that_is_cancelled_after_some_parts_leaves_nothing(
    store: ArtifactStore, s3: S3Server, prefix: str
) -> None:
    async def cancelling() -> AsyncIterator[bytes]:
        yield MUCH
        writing.cancel()

    writing = asyncio.create_task(store.write("run/artifact", cancelling()))
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert (uploads(s3, prefix), objects(s3, prefix)) == ([], [])


async def test_nothing_is_there_before_the_last_part_is(store: ArtifactStore) -> None:
    async def watched() -> AsyncIterator[bytes]:
        for _ in range(2):
            yield MUCH
            with pytest.raises(NotFound):
                await read(store, "run/artifact")

    await store.write("run/artifact", watched())


@pytest.mark.parametrize("key", ["", "artifact", "/artifact", "run/", "../x", "a/b/c", "a/b\n"])
async def test_a_key_that_is_no_key_is_refused(store: ArtifactStore, key: str) -> None:
    with pytest.raises(Invalid):
        await store.write(key, pieces(b"x"))
    with pytest.raises(Invalid):
        await read(store, key)
    with pytest.raises(Invalid):
        await store.delete([key])


async def test_a_start_frees_old_uploads_below_its_prefix(s3: S3Server, prefix: str) -> None:
    for name in (f"{prefix}/run/old", f"{prefix}-other/run/old"):
        s3.client._create_multipart_upload(BUCKET, name, {})
    async with opened(s3, prefix):
        assert uploads(s3, prefix) == [f"{prefix}-other/run/old", f"{prefix}/run/old"]
    async with opened(s3, prefix, abandoned_hours=0):
        assert uploads(s3, prefix) == [f"{prefix}-other/run/old"]


async def test_an_upload_that_was_completed_before_is_complete(s3: S3Server, prefix: str) -> None:
    async with opened(s3, prefix) as store:
        await store.write("run/artifact", pieces(MUCH))
    bucket = Bucket(s3.client, BUCKET, prefix=f"{prefix}/", endpoint=s3.endpoint)
    bucket.complete("run/artifact", "an-id-that-is-gone", [], size=len(MUCH))
    with pytest.raises(Upstream, match="NoSuchUpload"):
        bucket.complete("run/artifact", "an-id-that-is-gone", [], size=len(MUCH) - 1)


async def test_memory_does_not_grow_with_an_artifact(s3: S3Server, prefix: str) -> None:
    async def long() -> AsyncIterator[bytes]:
        for _ in range(2_000):
            yield bytes(2**15)

    async with opened(s3, prefix) as store:
        await store.write("run/first", pieces(b"x"))
        tracemalloc.start()
        await store.write("run/artifact", long())
        up = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        async with store.open("run/artifact") as chunks:
            size = sum([len(chunk) async for chunk in chunks])
        down = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert size == 2_000 * 2**15
    assert up < 4 * PART
    assert down < 5 * 2**20


async def test_large_uploads_beyond_their_number_are_turned_away_and_small_ones_are_not(
    s3: S3Server, prefix: str
) -> None:
    held, done = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield MUCH
        held.set()
        await done.wait()

    async with opened(s3, prefix, uploads=1, timeout=1.0) as store:
        writing = asyncio.create_task(store.write("run/slow", slow()))
        await held.wait()
        with pytest.raises(Upstream, match="1 artifacts are being uploaded already"):
            await store.write("run/large", pieces(MUCH))
        await store.write("run/small", pieces(b"x"))
        done.set()
        await writing
    assert objects(s3, prefix) == [f"{prefix}/run/slow", f"{prefix}/run/small"]


async def test_keys_come_from_the_environment(
    s3: S3Server, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS["access_key"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["secret_key"])
    async with opened(s3, prefix, access_key="", secret_key="") as store:
        await store.write("run/artifact", pieces(b"x"))


async def test_keys_come_from_the_role_of_the_container(
    s3: S3Server, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Role(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = {
                "AccessKeyId": KEYS["access_key"],
                "SecretAccessKey": KEYS["secret_key"],
                "Token": None,
                "Expiration": "2100-01-01T00:00:00Z",
            }
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Role) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        for variable in ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "MINIO_ACCESS_KEY"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", address)
        async with opened(s3, prefix, access_key="", secret_key="") as store:
            await store.write("run/artifact", pieces(b"x"))
        server.shutdown()


async def test_no_secret_is_logged(
    s3: S3Server, prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with opened(s3, prefix, session_token="") as store:
        await store.write("run/artifact", pieces(MUCH))
        await read(store, "run/artifact")
    assert f"{prefix}/run/artifact" in caplog.text
    assert KEYS["secret_key"] not in caplog.text


async def test_tls_is_spoken_with_a_server_that_is_trusted(s3: S3Server, prefix: str) -> None:
    async with opened(s3, prefix, endpoint=s3.tls_endpoint, ca_file=s3.authority) as store:
        await store.write("run/artifact", pieces(MUCH))
        assert await read(store, "run/artifact") == MUCH
